namespace Wingman.Reputation;

/// <summary>The effect of one session on a user's reputation.</summary>
[GenerateSerializer, Alias("credit-outcome")]
public enum CreditOutcome
{
    /// <summary>The session was completed.</summary>
    Completed = 0,

    /// <summary>The user did not show up: the session ended as a no-show and the user had not confirmed.</summary>
    NoShow = 1,
}

/// <summary>A user's credits, counted.</summary>
/// <param name="CompletedSessions">How many sessions of the user were completed.</param>
/// <param name="NoShows">How many sessions the user did not show up for.</param>
/// <param name="AsOf">When the rows were counted.</param>
[GenerateSerializer, Immutable, Alias("user-reputation")]
public sealed record UserReputation([property: Id(0)] long CompletedSessions, [property: Id(1)] long NoShows, [property: Id(2)] DateTimeOffset AsOf);

/// <summary>The effect of one session that is over on the reputation of one of its users.</summary>
/// <param name="Session">The session.</param>
/// <param name="Outcome">The effect.</param>
/// <param name="At">When it was completed; if it was not, its scheduled time, or else when it was created.</param>
[GenerateSerializer, Immutable, Alias("credit")]
public sealed record Credit([property: Id(0)] SessionId Session, [property: Id(1)] CreditOutcome Outcome, [property: Id(2)] DateTimeOffset At);

/// <summary>Where a page of the history ended. Credits are ordered by time, then by session id, both descending.</summary>
/// <param name="At">The time of the page's last credit.</param>
/// <param name="Session">The session of the page's last credit.</param>
[GenerateSerializer, Immutable, Alias("credit-cursor")]
public sealed record CreditCursor([property: Id(0)] DateTimeOffset At, [property: Id(1)] SessionId Session);

/// <summary>A page of the history.</summary>
/// <param name="Credits">The credits, newest first.</param>
/// <param name="Next">Where the next page begins, or null if this was the last one.</param>
[GenerateSerializer, Immutable, Alias("credit-page")]
public sealed record CreditPage([property: Id(0)] IReadOnlyList<Credit> Credits, [property: Id(1)] CreditCursor? Next);
