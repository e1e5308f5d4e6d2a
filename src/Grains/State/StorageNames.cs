namespace Wingman.State;

/// <summary>Names that are stored with every state, or by which storage is found. Changing one orphans rows.</summary>
public static class StorageNames
{
    /// <summary>The grain storage provider of all our grains.</summary>
    public const string Provider = "wingman";

    /// <summary>The state of a session's grain.</summary>
    public const string Session = "session";

    /// <summary>The state of a match's grain.</summary>
    public const string Match = "match";

    /// <summary>The state of a user's reputation grain.</summary>
    public const string Reputation = "reputation";
}
