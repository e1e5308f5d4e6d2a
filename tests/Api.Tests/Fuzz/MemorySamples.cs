using System.Collections.Concurrent;
using System.Globalization;

namespace Wingman.Api.Tests.Fuzz;

/// <summary>How much memory the service has during a long run. After the first fifth of the requests it must not grow with their number.</summary>
/// <param name="count">How many requests the run has.</param>
internal sealed class MemorySamples(int count)
{
    // A shorter run ends before the service has reached the memory that it works with.
    private const int ShortestRun = 100_000;
    private const int LongestStep = 100_000;
    private const int Megabyte = 1024 * 1024;

    // Generous: the collector gives memory back when it likes. A leak of a kilobyte per request exceeds it in half a million requests.
    private const double MaxGrowth = 1.5;
    private const long MaxMore = 64 * Megabyte;

    private readonly ConcurrentQueue<(int Requests, long Bytes)> _samples = new();
    private readonly int _step = Math.Min(LongestStep, count / 5);

    /// <summary>Whether a sample is due when so many requests have been sent.</summary>
    public bool IsDueAfter(int requests) => count >= ShortestRun && requests % _step == 0;

    /// <summary>Adds a sample.</summary>
    public void Add(int requests, long bytes) => _samples.Enqueue((requests, bytes));

    /// <summary>That the memory has grown; null if it has not.</summary>
    public string? FindProblem()
    {
        if (InOrder() is not [_, .., var last] sorted) return null;
        var first = Array.Find(sorted, one => one.Requests >= count / 5);
        // A run that has stopped before says nothing.
        if (first.Requests == 0) return null;
        return last.Bytes > (first.Bytes * MaxGrowth) + MaxMore
            ? $"The service had {first.Bytes / Megabyte} MB after {first.Requests} requests, and {last.Bytes / Megabyte} MB after {last.Requests}."
            : null;
    }

    /// <summary>The samples; empty where the run is too short for them.</summary>
    public string Describe() => string.Concat(InOrder().Select(
        static one => string.Create(CultureInfo.InvariantCulture, $"{one.Bytes / Megabyte} MB of memory after {one.Requests} requests\n")));

    private (int Requests, long Bytes)[] InOrder() => [.. _samples.OrderBy(static one => one.Requests)];
}
