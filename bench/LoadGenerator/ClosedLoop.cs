namespace Wingman.Bench.LoadGenerator;

/// <summary>Every connection makes its next call when the last one is answered: this measures the highest throughput.</summary>
internal static class ClosedLoop
{
    /// <param name="server">The server.</param>
    /// <param name="workload">The calls; each is made once.</param>
    /// <param name="connections">How many calls are in flight.</param>
    /// <param name="limit">No call starts after this; those in flight are waited for.</param>
    /// <param name="cancellation">Gives up.</param>
    public static Task<LoadResult> RunAsync(Uri server, IWorkload workload, int connections, TimeSpan limit, CancellationToken cancellation) =>
        // All calls arrive at the start.
        OverloadLoop.RunAsync(server, workload, connections, double.PositiveInfinity, limit, cancellation);
}
