namespace Wingman.Testing.Product;

/// <summary>The sessions that a database has after a year: the ordinary ones first, then the oddities.</summary>
public enum SessionKind
{
    /// <summary>Scheduled, its time long past, and never closed: the most common kind, because no page of the product confirms.</summary>
    Forgotten,

    /// <summary>Scheduled within the next weeks.</summary>
    Upcoming,

    /// <summary>In progress.</summary>
    InProgress,

    /// <summary>One of the two flags is set; which endpoint set it, and so who confirmed, is unknown.</summary>
    HalfConfirmed,

    /// <summary>Completed, both flags set.</summary>
    Completed,

    /// <summary>Cancelled.</summary>
    Cancelled,

    /// <summary>A no-show that nobody confirmed.</summary>
    NoShow,

    /// <summary>A no-show with one flag.</summary>
    NoShowHalfConfirmed,

    /// <summary>Active, of a match that has another active session.</summary>
    SecondActive,

    /// <summary>Both flags set, and not completed: a crash between the old backend's statements, or its race.</summary>
    BothFlagsNotCompleted,

    /// <summary>The status is null.</summary>
    NullStatus,

    /// <summary>Both flags are null.</summary>
    NullFlags,

    /// <summary>One flag is null, the other is set.</summary>
    NullFlagBesideSetFlag,

    /// <summary>There is no time.</summary>
    NullTime,

    /// <summary>Every column that may be null is null.</summary>
    NullEverything,

    /// <summary>Completed with one flag.</summary>
    CompletedWithOneFlag,

    /// <summary>Completed without a flag, as a participant can forge it.</summary>
    CompletedWithoutFlags,

    /// <summary>Completed, its flags null.</summary>
    CompletedWithNullFlags,

    /// <summary>Completed, both flags set, <c>completed_at</c> null.</summary>
    CompletedAtNoTime,

    /// <summary>Completed although its time is in the future: the product never checked that.</summary>
    CompletedBeforeItsTime,

    /// <summary>Cancelled with one flag.</summary>
    CancelledWithOneFlag,

    /// <summary>Cancelled with both flags.</summary>
    CancelledWithBothFlags,

    /// <summary>A no-show with both flags.</summary>
    NoShowWithBothFlags,

    /// <summary>Scheduled, although <c>completed_at</c> is set: it was reopened by hand.</summary>
    Reopened,

    /// <summary>Scheduled years ahead.</summary>
    FarFuture,

    /// <summary>Scheduled before the product existed.</summary>
    Ancient,
}
