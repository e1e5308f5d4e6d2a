using System.Diagnostics;

namespace Wingman.Bench.LoadGenerator;

/// <summary>Every connection makes its next call when the last one is answered: this measures the highest throughput.</summary>
internal static class ClosedLoop
{
    /// <param name="server">The server.</param>
    /// <param name="workload">The calls; each is made once.</param>
    /// <param name="connections">How many calls are in flight.</param>
    /// <param name="limit">No call starts after this; those in flight are waited for.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<LoadResult> RunAsync(
        Uri server, IWorkload workload, int connections, TimeSpan limit, CancellationToken cancellation)
    {
        using var set = await ConnectionSet.OpenAsync(server, connections, cancellation);
        var recorder = new CallRecorder(workload);
        var next = -1;
        var start = Stopwatch.GetTimestamp();
        await OffTheSocketThread.WhenAll(set.All.Select(ConnectionLoopAsync));
        return recorder.Finish(Stopwatch.GetElapsedTime(start));

        async Task ConnectionLoopAsync(HttpConnection connection)
        {
            // The first calls are sent from here, one after the other, and the others from the socket thread.
            await Task.Yield();
            while (Stopwatch.GetElapsedTime(start) < limit && Interlocked.Increment(ref next) is var index && index < workload.Count)
            {
                var startedAt = Stopwatch.GetTimestamp();
                if (!await ConnectionSet.CallAsync(connection, workload, index, startedAt, recorder, cancellation)) return;
            }
        }
    }
}
