using System.ComponentModel.DataAnnotations;

namespace Wingman.Reputation;

/// <summary>How fresh reputations are, and how they are counted. Section <c>Wingman:Reputation</c>.</summary>
public sealed class ReputationOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wingman:Reputation";

    /// <summary>
    /// How old a count may be that is answered from memory, if no session of the user has ended since it was made. 0 (always count)
    /// to 1 minute; default 2 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long after a read found a changed reputation the change is announced in the log. Later changes of that time are
    /// announced together. 0 to 10 minutes; default 5 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan AnnounceDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How credits are counted. Default <see cref="CreditCounting.Fair"/>.</summary>
    [EnumDataType(typeof(CreditCounting))]
    public CreditCounting Counting { get; set; }
}

/// <summary>How credits are counted.</summary>
public enum CreditCounting
{
    /// <summary>
    /// A completed session counts for both users, a no-show against each user who did not confirm, a cancelled session for nobody.
    /// </summary>
    Fair = 0,

    /// <summary>
    /// As the product's earlier backend did: a completed session counts for a user whose own flag is set, a no-show and a
    /// cancelled session against both users.
    /// </summary>
    Legacy = 1,
}
