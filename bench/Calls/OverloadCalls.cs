using System.Collections.Concurrent;
using Wingman.Bench.LoadGenerator;

namespace Wingman.Bench.Calls;

/// <summary>
/// More calls than there are sessions. Each call takes the session that has waited longest, and a session whose call was refused waits
/// again. So no session is confirmed twice: a repeated confirmation costs less than a first one.
/// </summary>
/// <param name="sessions">The call of each session: more than can be served and be in flight.</param>
/// <param name="count">How many calls.</param>
internal sealed class OverloadCalls(ConfirmCalls sessions, int count) : IWorkload
{
    private readonly ConcurrentQueue<int> _waiting = new(Enumerable.Range(0, sessions.Count));
    private readonly int[] _taken = new int[count];

    public int Count => _taken.Length;

    public bool MayBeRefused => true;

    /// <summary>Which session a call that was made is about: its index among the sessions.</summary>
    public int SessionOf(int index) => _taken[index];

    public int Write(int index, Span<byte> destination)
    {
        if (!_waiting.TryDequeue(out _taken[index])) throw new InvalidOperationException($"{sessions.Count} sessions are not enough.");
        return sessions.Write(_taken[index], destination);
    }

    public bool IsExpected(int status, ReadOnlySpan<byte> body) => sessions.IsExpected(status, body);

    public void Refused(int index) => _waiting.Enqueue(_taken[index]);
}
