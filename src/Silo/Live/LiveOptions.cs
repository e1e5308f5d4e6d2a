using System.ComponentModel.DataAnnotations;

namespace Wingman.Sessions;

/// <summary>Live streams of sessions (section <c>Wingman:Live</c>). The limits apply to each host.</summary>
internal sealed class LiveOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Wingman:Live";

    /// <summary>How many streams a user may have open, 1 to 1,000. Beyond that, 429. Default 10.</summary>
    [Range(1, 1000, ErrorMessage = "Wingman:Live:MaxStreamsPerUser must be between 1 and 1000.")]
    public int MaxStreamsPerUser { get; set; } = 10;

    /// <summary>
    /// How many streams may be open in all, 1 to 1,000,000. Beyond that, 503. Default 10,000. Each is a connection
    /// (<c>Wingman:Api:MaxConnections</c>).
    /// </summary>
    [Range(1, 1_000_000, ErrorMessage = "Wingman:Live:MaxStreams must be between 1 and 1000000.")]
    public int MaxStreams { get; set; } = 10_000;

    /// <summary>
    /// How often a stream sends a heartbeat, 1 second to 1 minute. It must be shorter than the time after which a proxy in front closes
    /// an idle connection. A stream ends at most this long after its token's expiry. Default 15 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00", ErrorMessage = "Wingman:Live:Heartbeat must be between 1 second and 1 minute.")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);
}
