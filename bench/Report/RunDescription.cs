using System.Globalization;
using System.Runtime.InteropServices;

namespace Wingman.Bench.Report;

/// <summary>What a reader must know to compare figures.</summary>
internal sealed record RunDescription(
    DateTimeOffset StartedAt, string Commit, string Machine, string Runtime, string Postgres, int Rounds, string Scale)
{
    public static RunDescription Create(string commit, string postgres, int rounds, string scale) => new(
        TimeProvider.System.GetUtcNow(),
        commit,
        string.Create(
            CultureInfo.InvariantCulture,
            $"{ProcessorName()}, {Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, {RuntimeInformation.OSDescription}"),
        RuntimeInformation.FrameworkDescription,
        postgres,
        rounds,
        scale);

    private static string ProcessorName()
    {
        const string CpuInfo = "/proc/cpuinfo";
        if (!File.Exists(CpuInfo)) return RuntimeInformation.ProcessArchitecture.ToString();
        return File.ReadLines(CpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[^1]
            ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
