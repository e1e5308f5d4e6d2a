namespace Wingman.State;

/// <summary>The names by which grains find their storage.</summary>
public static class StorageNames
{
    /// <summary>The storage of grains whose state is a row of the product's tables.</summary>
    public const string Rows = "rows";

    /// <summary>Microsoft.Orleans.Persistence.AdoNet's storage, for small state of our own that is seldom written.</summary>
    public const string Stock = "stock";

    /// <summary>The state of a session: its row in <c>wingman_sessions</c>.</summary>
    public const string Session = "session";

    /// <summary>The state of a match: its row in <c>wingman_matches</c>.</summary>
    public const string Match = "match";

    /// <summary>What a user's reputation grain last announced. Stored with the state: a change of the name orphans rows.</summary>
    public const string Reputation = "reputation";

    /// <summary>How far a receiver of webhooks has come. Stored with the state: a change of the name orphans rows.</summary>
    public const string Webhook = "webhook";
}
