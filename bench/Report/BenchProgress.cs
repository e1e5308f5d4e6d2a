using System.Globalization;

namespace Wingman.Bench.Report;

/// <summary>What the terminal shows while the bench runs: a line per measured phase, and which run is under way.</summary>
internal sealed class BenchProgress(TextWriter output, bool isTerminal)
{
    private string _run = "";
    private bool _hasStatus;

    public void Line(string text)
    {
        ClearStatus();
        output.WriteLine(text);
    }

    public void Run(RunIdentity run, int number, int count)
    {
        _run = string.Create(CultureInfo.InvariantCulture, $"[{number}/{count}] {run.Scenario}, {run.System}, round {run.Round + 1}");
        Phase("starting");
    }

    /// <param name="phase">The phase's name; null for a phase that is not measured.</param>
    public void Phase(string? phase)
    {
        if (!isTerminal) return;
        ClearStatus();
        output.Write($"{_run}: {phase ?? "preparing"} ...");
        _hasStatus = true;
    }

    public void Measured(Measurement measurement) => Line(Describe(measurement));

    private static string Describe(Measurement measurement)
    {
        var what = string.Create(
            CultureInfo.InvariantCulture,
            $"  {measurement.Run.Scenario,-12} {measurement.Measure,-16} {measurement.Run.System,-15} {measurement.Value,9:N0} {measurement.Unit}");
        if (measurement is not { Latency: { } latency, Cpu: { } cpu }) return what;
        return what + string.Create(
            CultureInfo.InvariantCulture,
            $"  p50 {latency.P50,6:N1}  p99 {latency.P99,6:N1}  max {latency.Max,6:N0} ms  CPU us/call: service {cpu.Service,4:N0}, postgres {cpu.Postgres,4:N0}, load {cpu.Generator,3:N0}; WAL {cpu.LogBytes,5:N0} bytes/call");
    }

    private void ClearStatus()
    {
        if (!_hasStatus) return;
        output.Write("\r\e[K");
        _hasStatus = false;
    }
}
