namespace Wingman.Testing.Product;

/// <summary>The statements of the old backend, each a request to the REST layer and so a transaction of its own.</summary>
public enum OldStep
{
    /// <summary>Reads a session with its match's users.</summary>
    ReadSession,

    /// <summary>Sets one confirmation flag.</summary>
    WriteFlag,

    /// <summary>Sets the status to completed and the time of completion.</summary>
    WriteCompletion,

    /// <summary>Reads a match's two counters.</summary>
    ReadCounters,

    /// <summary>Writes a match's two counters.</summary>
    WriteCounters,

    /// <summary>Writes a session's notes.</summary>
    WriteNotes,

    /// <summary>Reads a match.</summary>
    ReadMatch,

    /// <summary>Reads the two challenges of a new session.</summary>
    ReadChallenges,

    /// <summary>Reads the active sessions of a match.</summary>
    ReadActiveSessions,

    /// <summary>Inserts a session.</summary>
    InsertSession,

    /// <summary>Sets a match's status.</summary>
    WriteMatchStatus,

    /// <summary>Reads the ids of a user's matches.</summary>
    ReadMatchIds,

    /// <summary>Reads the sessions of these matches.</summary>
    ReadSessions,

    /// <summary>Sets a session's status, its time, or deletes it: what people and other parts of the product do to a row.</summary>
    ChangeSession,
}
