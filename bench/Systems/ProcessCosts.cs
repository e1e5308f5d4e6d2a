using System.Globalization;

namespace Wingman.Bench.Systems;

/// <summary>CPU time spent so far, by party. Ratios of it drift less with the machine than ratios of time do.</summary>
/// <param name="Service">The system's processes.</param>
/// <param name="Postgres">The server and its backends.</param>
/// <param name="Bench">This process: the load generator and, where one is used, the delaying proxy.</param>
internal sealed record ProcessCosts(TimeSpan Service, TimeSpan Postgres, TimeSpan Bench)
{
    private const int ParentField = 1;
    private const int UserTicksField = 11;
    private const int ChildrensSystemTicksField = 14;
    private const double TicksPerSecond = 100;

    // As the kernel has it, which keeps 15 characters.
    private const string CompilerThread = ".NET Tiered Com";

    public static ProcessCosts Read(IReadOnlyCollection<int> service, int postmaster)
    {
        var (services, postgres, bench) = (0L, 0L, 0L);
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var pid)) continue;
            if (TryRead(directory) is not { } process) continue;
            if (service.Contains(pid)) services += process.Ticks;
            else if (pid == postmaster || process.Parent == postmaster) postgres += process.Ticks;
            else if (pid == Environment.ProcessId) bench += process.Ticks;
        }

        return new ProcessCosts(ToTime(services), ToTime(postgres), ToTime(bench));
    }

    public ProcessCosts Since(ProcessCosts earlier) =>
        new(Service - earlier.Service, Postgres - earlier.Postgres, Bench - earlier.Bench);

    /// <summary>Resident memory of the given processes, in bytes.</summary>
    public static long ResidentBytes(IEnumerable<int> processes) => processes.Sum(pid => long.Parse(
        File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2],
        CultureInfo.InvariantCulture) * 1024);

    /// <summary>CPU time that the just-in-time compiler's background thread has spent so far in the given processes.</summary>
    public static TimeSpan Compiling(IEnumerable<int> processes) => ToTime(processes
        .SelectMany(static pid => Directory.EnumerateDirectories($"/proc/{pid}/task"))
        .Select(TryRead)
        .Sum(static thread => thread is { Name: CompilerThread } ? thread.Value.Ticks : 0));

    private static (string Name, int Parent, long Ticks)? TryRead(string directory)
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(directory, "stat"));
            // The name is in brackets and may hold anything.
            var (begin, end) = (stat.IndexOf('(', StringComparison.Ordinal) + 1, stat.LastIndexOf(')'));
            var fields = stat[(end + 2)..].Split(' ');
            var ticks = fields[UserTicksField..(ChildrensSystemTicksField + 1)].Sum(field => long.Parse(field, CultureInfo.InvariantCulture));
            return (stat[begin..end], int.Parse(fields[ParentField], CultureInfo.InvariantCulture), ticks);
        }
        catch (IOException)
        {
            // It ended after it was listed and before it was read.
            return null;
        }
    }

    private static TimeSpan ToTime(long ticks) => TimeSpan.FromSeconds(ticks / TicksPerSecond);
}
