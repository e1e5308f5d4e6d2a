using System.Diagnostics;
using HdrHistogram;
using Wingman.Bench.LoadGenerator;
using Wingman.Bench.Scenarios;

namespace Wingman.Bench.Calls;

/// <summary>Confirmations of sessions that both users watch. Measures from the sending of each one until the other user's stream shows it.</summary>
/// <param name="calls">The confirmations.</param>
/// <param name="change">The name of the event that shows one.</param>
internal sealed class WatchedCalls(ConfirmCalls calls, string change) : IWorkload
{
    private const long HighestMicroseconds = 120_000_000;

    private readonly long[] _sentAt = new long[calls.Count];
    private readonly long[] _shownAt = new long[calls.Count];
    private readonly TaskCompletionSource _allShown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _unshown = calls.Count;

    public int Count => calls.Count;

    /// <summary>The name of the event.</summary>
    public string Change => change;

    public int Write(int index, Span<byte> destination)
    {
        var length = calls.Write(index, destination);
        _sentAt[index] = Stopwatch.GetTimestamp();
        return length;
    }

    public bool IsExpected(int status, ReadOnlySpan<byte> body) => calls.IsExpected(status, body);

    /// <summary>A user's stream of a call's session has an event.</summary>
    public void Show(int index, bool isToUser1, string name)
    {
        if (name != change || isToUser1 == calls.IsByUser1(index)) return;
        if (Interlocked.CompareExchange(ref _shownAt[index], Stopwatch.GetTimestamp(), 0) != 0) return;
        if (Interlocked.Decrement(ref _unshown) == 0) _allShown.TrySetResult();
    }

    /// <summary>Waits until all confirmations were shown.</summary>
    /// <param name="streams">The users' streams.</param>
    /// <param name="within">How long to wait.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>For each, the microseconds from its sending to the event.</returns>
    /// <exception cref="RunFailedException">One was not shown in time, or a stream has ended.</exception>
    public async Task<HistogramBase> DelaysAsync(OpenStreams streams, TimeSpan within, CancellationToken cancellation)
    {
        try
        {
            await _allShown.Task.WaitAsync(within, cancellation);
        }
        catch (TimeoutException)
        {
            // A stream that has ended shows nothing any more: then that is the failure to report.
            streams.ThrowIfEnded();
            throw new RunFailedException($"{_unshown} of {Count} streams did not show '{change}' within {within.TotalSeconds} s of the last answer.");
        }

        var delays = new LongHistogram(HighestMicroseconds, 3);
        foreach (var (sentAt, shownAt) in _sentAt.Zip(_shownAt))
            delays.RecordValue(Math.Clamp((shownAt - sentAt) * 1_000_000 / Stopwatch.Frequency, 1, HighestMicroseconds));
        return delays;
    }
}
