using System.Collections.Concurrent;
using Wingman.Testing.Checking;
using Wingman.Testing.History;

namespace Wingman.Chaos.Load;

/// <summary>
/// What a user's reputation may be at a moment, from what clients know: at least the sessions whose completion an answer
/// reported, at most those that both users had tried to confirm.
/// </summary>
internal sealed class ReputationBounds
{
    private readonly ConcurrentDictionary<Guid, Known> _users = [];
    private readonly ConcurrentDictionary<(Guid Session, Participant Who), bool> _confirming = [];
    private readonly ConcurrentDictionary<Guid, bool> _completed = [];

    /// <summary>A user is about to confirm.</summary>
    public void Confirms(SessionHistory session, Participant who)
    {
        if (!_confirming.TryAdd((session.Session, who), true)) return;
        var other = who == Participant.User1 ? Participant.User2 : Participant.User1;
        var initiallyThere = other == Participant.User1 ? session.Initial.User1Confirmed : session.Initial.User2Confirmed;
        if (initiallyThere || _confirming.ContainsKey((session.Session, other))) ForBoth(session.Pair, static user => user.Possible());
    }

    /// <summary>An answer reported that the session is completed.</summary>
    public void SawCompletion(SessionHistory session)
    {
        if (_completed.TryAdd(session.Session, true)) ForBoth(session.Pair, static user => user.Certain());
    }

    /// <summary>Checks an answer.</summary>
    /// <param name="user">Whose reputation.</param>
    /// <param name="completed">The answered number.</param>
    /// <param name="staleness">How long after it was reported a completion may still be missing.</param>
    /// <param name="call">The call.</param>
    public Violation? Check(Guid user, long completed, TimeSpan staleness, Call call)
    {
        var known = _users.GetOrAdd(user, static _ => new Known());
        var least = known.CertainUntil(call.InvokedAt - RunClock.Ticks(staleness));
        var most = known.PossibleUntil(call.ReturnedAt);
        return completed >= least && completed <= most
            ? null
            : new Violation("I3", $"user {user} was shown {completed} completed sessions where {least} to {most} were possible ({call})");
    }

    private void ForBoth(Pair pair, Action<Known> what)
    {
        what(_users.GetOrAdd(pair.User1, static _ => new Known()));
        what(_users.GetOrAdd(pair.User2, static _ => new Known()));
    }

    private sealed class Known
    {
        private readonly Lock _gate = new();
        private readonly List<long> _certain = [];
        private readonly List<long> _possible = [];

        public void Certain()
        {
            lock (_gate)
                _certain.Add(RunClock.Now);
        }

        public void Possible()
        {
            lock (_gate)
                _possible.Add(RunClock.Now);
        }

        public int CertainUntil(long moment)
        {
            lock (_gate)
                return CountUntil(_certain, moment);
        }

        public int PossibleUntil(long moment)
        {
            lock (_gate)
                return CountUntil(_possible, moment);
        }

        /// <summary>The list is in order of time, and the moments asked for are recent.</summary>
        private static int CountUntil(List<long> times, long moment)
        {
            var count = times.Count;
            while (count > 0 && times[count - 1] > moment) count--;
            return count;
        }
    }
}
