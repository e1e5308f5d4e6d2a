namespace Wingman.Sessions;

/// <summary>A session as it was read for those who watch it.</summary>
/// <param name="Session">The session.</param>
/// <param name="Version">The version of its row.</param>
/// <param name="Position">Which lines of the log were visible to this reading.</param>
[GenerateSerializer, Immutable, Alias("session-news")]
public sealed record LiveSessionDetails(
    [property: Id(0)] SessionDetails Session,
    [property: Id(1)] string Version,
    [property: Id(2)] LogSnapshot Position);

/// <summary>A line of the log.</summary>
/// <param name="Kind">What happened, by its stored name: kinds are added, never renamed.</param>
/// <param name="Actor">The user who did it; null where no user did it, or where the user's data was erased.</param>
/// <param name="At">When.</param>
[GenerateSerializer, Immutable, Alias("logged-change")]
public sealed record LoggedChange([property: Id(0)] string Kind, [property: Id(1)] UserId? Actor, [property: Id(2)] DateTimeOffset At);
