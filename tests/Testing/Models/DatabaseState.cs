namespace Wingman.Testing.Models;

/// <summary>A session's time, as far as the rules depend on it.</summary>
internal enum Time
{
    /// <summary>So long ago that its grace period has passed.</summary>
    LongAgo,
    Future,
    None,
}

/// <summary>Who completed a session last.</summary>
internal enum CompletedBy
{
    Nobody,
    Wingman,
    OtherWriter,
}

/// <summary>Everything in the database that belongs to one match and one of its sessions.</summary>
internal readonly record struct DatabaseState
{
    public bool MatchExists { get; init; }

    public string? MatchStatus { get; init; }

    public int Counter1 { get; init; }

    public int Counter2 { get; init; }

    /// <summary>Sessions of the match that are active, besides the one of this scenario.</summary>
    public int OtherSessions { get; init; }

    public bool Exists { get; init; }

    public string? Status { get; init; }

    public bool? User1 { get; init; }

    public bool? User2 { get; init; }

    public Time Time { get; init; }

    public CompletedBy CompletedBy { get; init; }

    public string? Notes { get; init; }

    /// <summary>Lines of the log of each kind: confirmed, completed, cancelled, no_show, notes_updated.</summary>
    public (int Confirmed, int Completed, int Cancelled, int NoShow, int Notes) Lines { get; init; }

    public bool IsOver => Status is "completed" or "cancelled" or "no_show";

    public bool IsActive => Exists && !IsOver;

    public bool IsConfirmed => User1 == true && User2 == true;

    /// <summary>The credits of the session: user1's and user2's completions, user1's and user2's no-shows.</summary>
    public (long, long, long, long) Credits => (Exists, Status) switch
    {
        (true, "completed") => (1, 0, 1, 0),
        (true, "no_show") => (0, User1 == true ? 0 : 1, 0, User2 == true ? 0 : 1),
        _ => (0, 0, 0, 0),
    };

    /// <summary>Without the session, as its deletion leaves it.</summary>
    public DatabaseState WithoutSession() =>
        this with { Exists = false, Status = null, User1 = null, User2 = null, Time = default, CompletedBy = default, Notes = null };
}
