using System.ComponentModel.DataAnnotations;

namespace Wingman.Silo.Storage.Log;

/// <summary>How long the log is kept. Section <c>Wingman:Log</c>.</summary>
public sealed class LogOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wingman:Log";

    /// <summary>For how long lines are kept; longer where a reader has not read them. 1 hour to 10 years; default 90 days.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How often older lines are deleted. 1 second to 1 day; default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan TrimInterval { get; set; } = TimeSpan.FromMinutes(10);
}
