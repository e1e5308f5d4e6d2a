using System.ComponentModel.DataAnnotations;

namespace Wingman.Sessions;

/// <summary>How sessions answer. Section <c>Wingman:Sessions</c>.</summary>
public sealed class SessionsOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wingman:Sessions";

    /// <summary>
    /// How old an answer from memory about a session that is over may be. Every other answer needs a write or a read
    /// of the row. 0 (always read) to 1 minute; default 2 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long after its scheduled time a session can first be confirmed; a negative value is before it. Null, the default: at any time.
    /// -30 to 30 days.
    /// </summary>
    [Range(typeof(TimeSpan), "-30.00:00:00", "30.00:00:00")]
    public TimeSpan? ConfirmFrom { get; set; }

    /// <summary>
    /// How many sessions the same two users may complete with each other within 24 hours, against users who collect credits
    /// together; a confirmation that would complete another one is refused and not recorded. It is not an exact limit: two
    /// sessions of a pair that are completed at the same instant may both pass, and what the product completes itself is counted
    /// but not prevented. 0, the default: any number. At most 1,000.
    /// </summary>
    [Range(0, 1_000)]
    public int MaxCompletionsPerPairAndDay { get; set; }
}
