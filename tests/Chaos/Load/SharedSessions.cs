using System.Collections.Concurrent;
using Wingman.Chaos.History;

namespace Wingman.Chaos.Load;

/// <summary>Sessions that the old backend and the service work on at the same time, and what either has acknowledged.</summary>
internal sealed class SharedSessions
{
    private readonly ConcurrentDictionary<Guid, SharedSession> _sessions = [];

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<SharedSession> All => [.. _sessions.Values];

    /// <summary>Begins one, before any of its rows exists.</summary>
    public SharedSession Begin(Guid session, Pair pair) => _sessions[session] = new SharedSession(session, pair);
}

/// <summary>One of them.</summary>
internal sealed class SharedSession(Guid session, Pair pair)
{
    private int _acknowledged;

    public Guid Session => session;

    public Pair Pair => pair;

    /// <summary>Somebody was told that this user's confirmation is stored.</summary>
    public void Acknowledge(Participant who) => Interlocked.Or(ref _acknowledged, Bit(who));

    public bool IsAcknowledged(Participant who) => (Volatile.Read(ref _acknowledged) & Bit(who)) != 0;

    private static int Bit(Participant who) => who == Participant.User1 ? 1 : 2;
}
