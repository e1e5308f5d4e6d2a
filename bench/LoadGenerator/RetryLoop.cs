using System.Diagnostics;

namespace Wingman.Bench.LoadGenerator;

/// <summary>Every connection has one call, and retries it as long as it is refused, a second after each refusal, as <c>Retry-After</c> says.</summary>
internal static class RetryLoop
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <param name="server">The server.</param>
    /// <param name="workload">The calls, each with a connection of its own.</param>
    /// <param name="limit">No call starts after this; those in flight are waited for.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<LoadResult> RunAsync(Uri server, IWorkload workload, TimeSpan limit, CancellationToken cancellation)
    {
        using var set = await ConnectionSet.OpenAsync(server, workload.Count, cancellation);
        var recorder = new CallRecorder(workload);
        var start = Stopwatch.GetTimestamp();
        await OffTheSocketThread.WhenAll(set.All.Select(RetryAsync));
        return recorder.Finish(Stopwatch.GetElapsedTime(start));

        async Task RetryAsync(HttpConnection connection, int index)
        {
            while (await ConnectionSet.CallAsync(connection, workload, index, Stopwatch.GetTimestamp(), recorder, cancellation)
                && !recorder.IsAnswered(index) && Stopwatch.GetElapsedTime(start) < limit)
            {
                await Task.Delay(Pause, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
