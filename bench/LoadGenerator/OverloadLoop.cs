using System.Diagnostics;

namespace Wingman.Bench.LoadGenerator;

/// <summary>
/// Calls arrive at a fixed rate for a fixed time, however many of them are refused. A call that is due while every connection waits for an
/// answer is made as soon as one has it; what is not made by the end is left out. A call's latency counts from the moment it is sent, not
/// from the moment it was due as in <see cref="OpenLoop"/>: at a rate that the generator cannot send, that would be its own delay.
/// </summary>
internal static class OverloadLoop
{
    /// <param name="server">The server.</param>
    /// <param name="workload">The calls: as many as arrive in the time.</param>
    /// <param name="connections">At most how many calls are in flight.</param>
    /// <param name="perSecond">The arrival rate.</param>
    /// <param name="time">No call starts after this; those in flight are waited for.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<LoadResult> RunAsync(
        Uri server, IWorkload workload, int connections, double perSecond, TimeSpan time, CancellationToken cancellation)
    {
        using var set = await ConnectionSet.OpenAsync(server, connections, cancellation);
        var recorder = new CallRecorder(workload);
        var next = -1;
        var start = Stopwatch.GetTimestamp();
        await OffTheSocketThread.WhenAll(set.All.Select(ConnectionLoopAsync));
        // Refusals may be delayed. While the last ones are waited for, there is no overload any more, so they do not count for the rates.
        return Stopwatch.GetElapsedTime(start) is var elapsed && elapsed < time
            ? recorder.Finish(elapsed)
            : recorder.Finish(time, start + (long)(time.TotalSeconds * Stopwatch.Frequency));

        async Task ConnectionLoopAsync(HttpConnection connection)
        {
            // The first calls are sent from here, one after the other, and the others from the socket thread.
            await Task.Yield();
            while (Interlocked.Increment(ref next) is var index && index < workload.Count)
            {
                var early = TimeSpan.FromSeconds(index / perSecond) - Stopwatch.GetElapsedTime(start);
                if (early > TimeSpan.Zero) await Task.Delay(early, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (Stopwatch.GetElapsedTime(start) >= time) return;
                if (!await ConnectionSet.CallAsync(connection, workload, index, Stopwatch.GetTimestamp(), recorder, cancellation)) return;
            }
        }
    }
}
