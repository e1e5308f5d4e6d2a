using Wingman.Operators;

namespace Wingman.Events;

/// <summary>What happened. The names in the log are snake_case and a stored contract: kinds are added, never renamed.</summary>
internal enum EventKind : byte
{
    /// <summary>Nothing to append.</summary>
    None = 0,

    /// <summary>A session was scheduled; the actor is the participant, or nobody where the service role did it.</summary>
    Scheduled = 1,

    /// <summary>A participant, the actor, confirmed; the buddy has not.</summary>
    Confirmed = 2,

    /// <summary>The session is completed; the actor is whose confirmation completed it, or nobody.</summary>
    Completed = 3,

    /// <summary>A participant, the actor, cancelled the session.</summary>
    Cancelled = 4,

    /// <summary>The session ended as a no-show.</summary>
    NoShow = 5,

    /// <summary>A grain noticed that another program had changed the session's row.</summary>
    Observed = 6,

    /// <summary>The reputation of a user, the actor, differs from the one that was announced last. Belongs to no session.</summary>
    ReputationChanged = 7,

    /// <summary>A participant, the actor, changed the session's notes.</summary>
    NotesUpdated = 8,

    /// <summary>An operator opened a session again that had ended as a no-show; it is scheduled for that moment.</summary>
    Reopened = 9,

    /// <summary>An operator took back the no-show of a participant, the actor: the row has their confirmation now.</summary>
    Excused = 10,

    /// <summary>An operator erased a user from the log. Names nobody, and belongs to no session.</summary>
    UserErased = 11,
}

/// <summary>What a write appends to the log, in the commit of the change.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="At">When, by the clock of the host that decided it.</param>
/// <param name="Actor">The user who did it, if one did.</param>
/// <param name="Act">The operator who did it, and why; null where no operator did.</param>
internal readonly record struct LogEntry(EventKind Kind, DateTimeOffset At, UserId? Actor = null, OperatorAct? Act = null);
