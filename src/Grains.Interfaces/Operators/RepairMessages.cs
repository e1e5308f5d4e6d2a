namespace Wingman.Operators;

/// <summary>Who made a change that no user asked for, and why. It is stored in the log with the change.</summary>
/// <param name="Operator">Who does it, 1 to 100 characters.</param>
/// <param name="Reason">Why, for those who read the log later; 1 to 500 characters. It must not contain personal data.</param>
[GenerateSerializer, Immutable, Alias("operator-act")]
public sealed record OperatorAct([property: Id(0)] string Operator, [property: Id(1)] string Reason)
{
    /// <summary>The longest name of an operator.</summary>
    public const int MaxOperator = 100;

    /// <summary>The longest reason.</summary>
    public const int MaxReason = 500;

    /// <summary>Whether both texts are given, not too long, and of one line each.</summary>
    public bool IsComplete => IsLine(Operator, MaxOperator) && IsLine(Reason, MaxReason);

    private static bool IsLine(string? text, int max) => !string.IsNullOrWhiteSpace(text) && text.Length <= max && !text.Any(char.IsControl);
}

/// <summary>What an operator can do to a session.</summary>
[GenerateSerializer, Alias("repair-kind")]
public enum RepairKind
{
    /// <summary>The session took place: it is completed, and the operator's act replaces each missing confirmation.</summary>
    Complete = 0,

    /// <summary>The session did not take place, and neither user is at fault: it is cancelled.</summary>
    Cancel = 1,

    /// <summary>The session is open again: both can confirm it, within a whole grace period that begins now.</summary>
    Reopen = 2,

    /// <summary>One of the two users was there: their no-show is removed, and the other user's remains.</summary>
    Excuse = 3,
}

/// <summary>An operator's order to repair a session.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Act">Who does it, and why.</param>
/// <param name="User">Who is excused; null unless <see cref="RepairKind.Excuse"/>.</param>
[GenerateSerializer, Immutable, Alias("session-repair")]
public sealed record SessionRepair([property: Id(0)] RepairKind Kind, [property: Id(1)] OperatorAct Act, [property: Id(2)] UserId? User = null);

/// <summary>The outcome of a repair. With any outcome other than <see cref="RepairOutcome.Done"/>, nothing has changed.</summary>
[GenerateSerializer, Alias("repair-outcome")]
public enum RepairOutcome
{
    /// <summary>Done, durably, and in the log.</summary>
    Done = 0,

    /// <summary>The session was already in the requested state.</summary>
    AlreadyDone = 1,

    /// <summary>No such session.</summary>
    NotFound = 2,

    /// <summary>Refused: the session is completed, which is final.</summary>
    IsCompleted = 3,

    /// <summary>Refused: the session was cancelled, which is final.</summary>
    IsCancelled = 4,

    /// <summary>Refused: the session is open, so there is no no-show to remove.</summary>
    IsOpen = 5,

    /// <summary>Refused: both users have confirmed, or would have after this repair. Such a session can only be completed.</summary>
    BothConfirmed = 6,

    /// <summary>Refused: the match has another open session, and may have one only.</summary>
    OtherSessionOpen = 7,

    /// <summary>Refused: the user who is to be excused is neither of the session's two.</summary>
    NotParticipant = 8,

    /// <summary>Refused: the operator's name or the reason is missing, too long, or of several lines.</summary>
    IncompleteAct = 9,
}

/// <summary>The answer to a repair.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Status">The session's status afterwards; meaningless for <see cref="RepairOutcome.NotFound"/>.</param>
[GenerateSerializer, Immutable, Alias("repair-result")]
public sealed record RepairResult([property: Id(0)] RepairOutcome Outcome, [property: Id(1)] Sessions.SessionStatus Status);

/// <summary>Where a part of the log ended that was searched for a user. The log is ordered by transaction, then by number.</summary>
/// <param name="Transaction">The transaction of the part's last line.</param>
/// <param name="Line">The number of the part's last line.</param>
[GenerateSerializer, Immutable, Alias("erasure-position")]
public sealed record ErasurePosition([property: Id(0)] ulong Transaction, [property: Id(1)] long Line);

/// <summary>What one step of an erasure did.</summary>
/// <param name="Lines">From how many lines of the log the user's id was removed.</param>
/// <param name="State">Whether the user's reputation had stored state, which is now deleted.</param>
/// <param name="Next">Where the next step begins; null where the whole log was searched.</param>
[GenerateSerializer, Immutable, Alias("erasure-step")]
public sealed record ErasureStep([property: Id(0)] long Lines, [property: Id(1)] bool State, [property: Id(2)] ErasurePosition? Next);
