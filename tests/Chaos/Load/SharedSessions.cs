using System.Collections.Concurrent;
using Wingman.Chaos.Explanations;
using Wingman.Sessions;
using Wingman.Testing.History;
using Wingman.Testing.Models;

namespace Wingman.Chaos.Load;

/// <summary>Sessions that the old backend and the service change at the same time, and what either has acknowledged.</summary>
internal sealed class SharedSessions
{
    private readonly ConcurrentDictionary<Guid, SharedSession> _sessions = [];
    private readonly ConcurrentDictionary<Guid, bool> _others = [];

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<SharedSession> All => [.. _sessions.Values];

    /// <summary>The sessions that another program writes to, these and others.</summary>
    public IReadOnlySet<Guid> Foreign => _sessions.Keys.Concat(_others.Keys).ToHashSet();

    /// <summary>What had been acknowledged by now.</summary>
    public IReadOnlyList<(Guid Session, bool User1, bool User2)> Acknowledged() =>
        [.. _sessions.Values.Select(static session => (session.Session, session.IsAcknowledged(Participant.User1), session.IsAcknowledged(Participant.User2)))];

    /// <summary>Registers a session that another program than the old backend writes to, before any of its rows exists.</summary>
    public void SetAside(Guid session) => _others[session] = true;

    /// <summary>Begins one, before any of its rows exists.</summary>
    public SharedSession Begin(Guid session, Pair pair) => _sessions[session] = new SharedSession(session, pair, RunClock.Now);
}

/// <summary>One of them.</summary>
internal sealed class SharedSession(Guid session, Pair pair, long knownSince)
{
    private readonly ConcurrentQueue<RecordedAct> _acts = [];
    private int _acknowledged;

    public Guid Session => session;

    public Pair Pair => pair;

    /// <summary>An answer reported that this user's confirmation is stored.</summary>
    public void Acknowledge(Participant who) => Interlocked.Or(ref _acknowledged, Bit(who));

    public bool IsAcknowledged(Participant who) => (Volatile.Read(ref _acknowledged) & Bit(who)) != 0;

    /// <summary>Records what was done, or asked for.</summary>
    public void Add(RecordedAct act) => _acts.Enqueue(act);

    /// <summary>What is known of it.</summary>
    public SessionRecord ToRecord() => new(session, pair, ModelState.New, knownSince, [.. _acts]) { DueAt = DateTimeOffset.MaxValue, Finals = Finals() };

    private int Finals()
    {
        var (user1, user2) = (IsAcknowledged(Participant.User1), IsAcknowledged(Participant.User2));
        if (user1 && user2) return new ModelState(SessionStatus.Completed, true, true).Bit;
        // A user gave up: a confirmation that was not acknowledged may be stored or not, and the session may have any status.
        return Enumerable.Range(0, 32).Where(bit => (!user1 || (bit & 2) != 0) && (!user2 || (bit & 1) != 0)).Sum(static bit => 1 << bit);
    }

    private static int Bit(Participant who) => who == Participant.User1 ? 1 : 2;
}
