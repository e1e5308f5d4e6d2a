using Wingman.Sessions;
using Wingman.Testing.Models;

namespace Wingman.Testing.History;

/// <summary>One of a session's two users.</summary>
internal enum Participant
{
    User1,
    User2,
}

/// <summary>What a client asked for.</summary>
internal enum OperationKind
{
    Confirm,
    Cancel,
    Read,

    /// <summary>No client calls for it: the sweeper may do it from some moment on.</summary>
    Expire,
}

/// <summary>What a client was answered.</summary>
internal abstract record SessionAnswer;

internal sealed record ConfirmAnswer(ConfirmOutcome Outcome) : SessionAnswer
{
    public override string ToString() => Outcome.ToString();
}

internal sealed record CancelAnswer(CancelOutcome Outcome) : SessionAnswer
{
    public override string ToString() => Outcome.ToString();
}

internal sealed record ReadAnswer(ModelState Seen) : SessionAnswer
{
    public override string ToString() => Seen.ToString();
}

/// <summary>One operation of a history. Times are ticks of the monotonic clock.</summary>
/// <param name="Kind">What was asked for.</param>
/// <param name="By">Who asked.</param>
/// <param name="InvokedAt">When the request left.</param>
/// <param name="ReturnedAt">When the answer arrived; <see cref="Never"/> if there was none: it may have happened, or may still happen.</param>
/// <param name="Answer">The answer, or null.</param>
internal sealed record SessionOperation(OperationKind Kind, Participant By, long InvokedAt, long ReturnedAt, SessionAnswer? Answer)
{
    public const long Never = long.MaxValue;

    /// <summary>An operation whose outcome is unknown.</summary>
    public static SessionOperation Pending(OperationKind kind, Participant by, long invokedAt) => new(kind, by, invokedAt, Never, null);

    public bool IsPending => Answer is null;
}
