using System.ComponentModel.DataAnnotations;

namespace Wingman.Reputation;

/// <summary>How fresh reputations are. Section <c>Wingman:Reputation</c>.</summary>
public sealed class ReputationOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wingman:Reputation";

    /// <summary>
    /// The oldest fold that is answered without a look at the ledger, when the grain was told of no credit. 0 (always look)
    /// to 1 minute; default 2 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long after a fold that changed it the state is stored. 0 to 10 minutes; default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan StoreDelay { get; set; } = TimeSpan.FromSeconds(5);
}
