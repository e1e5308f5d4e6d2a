using System.ComponentModel.DataAnnotations;

namespace Wingman.Sessions;

/// <summary>How sessions answer. Section <c>Wingman:Sessions</c>.</summary>
public sealed class SessionsOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wingman:Sessions";

    /// <summary>
    /// How old an answer from memory about a session that is over may be. Every other answer rests on a write or on a read
    /// of the row. 0 (always read) to 1 minute; default 2 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long after its scheduled time confirming a session begins; may be negative. Null, the default: at any time.
    /// -30 to 30 days.
    /// </summary>
    [Range(typeof(TimeSpan), "-30.00:00:00", "30.00:00:00")]
    public TimeSpan? ConfirmFrom { get; set; }
}
