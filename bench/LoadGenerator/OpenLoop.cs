using System.Collections.Concurrent;
using System.Diagnostics;

namespace Wingman.Bench.LoadGenerator;

/// <summary>
/// Calls arrive at a fixed rate whether or not the last ones are answered, and a call's latency counts from the moment it
/// was due. So a pause of the server is counted in the latency of every call that had to wait.
/// </summary>
internal static class OpenLoop
{
    private static readonly TimeSpan Tick = TimeSpan.FromMicroseconds(200);

    /// <param name="server">The server.</param>
    /// <param name="workload">The calls; each is made once.</param>
    /// <param name="connections">At most how many calls are in flight; calls due beyond that wait, and their wait counts.</param>
    /// <param name="perSecond">The arrival rate.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<LoadResult> RunAsync(
        Uri server, IWorkload workload, int connections, double perSecond, CancellationToken cancellation)
    {
        using var set = await ConnectionSet.OpenAsync(server, connections, cancellation);
        var recorder = new CallRecorder(workload);
        var due = new ConcurrentQueue<int>();
        var idle = new ConcurrentStack<HttpConnection>(set.All);
        var start = Stopwatch.GetTimestamp();
        var unanswered = workload.Count;
        var usable = connections;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var clock = new Thread(Arrive) { IsBackground = true, Name = "arrivals" };
        clock.Start();
        await done.Task;
        return recorder.Finish(Stopwatch.GetElapsedTime(start));

        void Arrive()
        {
            for (var index = 0; index < workload.Count && !done.Task.IsCompleted; index++)
            {
                while (Stopwatch.GetTimestamp() < DueAt(index)) PreciseDelay.Sleep(Tick);
                due.Enqueue(index);
                if (idle.TryPop(out var connection)) _ = ServeAsync(connection);
            }
        }

        long DueAt(int index) => start + (long)(index / perSecond * Stopwatch.Frequency);

        async Task ServeAsync(HttpConnection connection)
        {
            while (true)
            {
                while (due.TryDequeue(out var index))
                {
                    var reusable = await ConnectionSet.CallAsync(connection, workload, index, DueAt(index), recorder, cancellation);
                    if (Interlocked.Decrement(ref unanswered) == 0) done.TrySetResult();
                    if (reusable) continue;
                    if (Interlocked.Decrement(ref usable) == 0) done.TrySetResult();
                    return;
                }

                idle.Push(connection);
                // A call may have fallen due between the last check and the push, and found no idle connection.
                if (due.IsEmpty || !idle.TryPop(out connection!)) return;
            }
        }
    }
}
