using System.ComponentModel.DataAnnotations;

namespace Wingman.Sweeping;

/// <summary>Whether and when a session that was not confirmed by both users ends as a no-show. Section <c>Wingman:NoShow</c>.</summary>
public sealed class NoShowOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wingman:NoShow";

    /// <summary>
    /// Whether no-shows are detected. Null, the default: they are detected on a database that had no sessions before this service. On
    /// a database that had some, they are not detected until this is set.
    /// </summary>
    public bool? Enabled { get; set; }

    /// <summary>
    /// Sessions scheduled for an earlier time never end as a no-show. Null, the default: the moment at which detection was
    /// switched on.
    /// </summary>
    public DateTimeOffset? Since { get; set; }

    /// <summary>
    /// Whether a session ends as a no-show only when the database's clock, too, says that it is due. Then a host whose clock
    /// jumps ahead ends nothing early. Default true; false where a test moves the host's clock.
    /// </summary>
    public bool AskDatabaseClock { get; set; } = true;

    /// <summary>How long after its scheduled time a session may still be confirmed. 1 minute to 90 days; default 24 hours.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "90.00:00:00")]
    public TimeSpan GracePeriod { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How often the sweeper queries for overdue sessions. 100 ms to 1 hour; default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many sessions a round expires at most. 1 to 10,000; default 500.</summary>
    [Range(1, 10_000)]
    public int MaxPerRound { get; set; } = 500;
}
