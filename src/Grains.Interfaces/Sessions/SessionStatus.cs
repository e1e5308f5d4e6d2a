namespace Wingman.Sessions;

/// <summary>The status of a session. Its names in the API and in tables are snake_case (<c>no_show</c>).</summary>
[GenerateSerializer, Alias("session-status")]
public enum SessionStatus
{
    /// <summary>Agreed on, not yet over.</summary>
    Scheduled = 0,

    /// <summary>Begun (set by other parts of the product), not yet over.</summary>
    InProgress = 1,

    /// <summary>Both participants confirmed. Final.</summary>
    Completed = 2,

    /// <summary>Called off by a participant. Final.</summary>
    Cancelled = 3,

    /// <summary>The grace period passed without both confirmations. Final.</summary>
    NoShow = 4,
}
