using System.ComponentModel.DataAnnotations;

namespace Wingman.Silo.Operations;

/// <summary>The operators' port. Section <c>Wingman:Operations</c>.</summary>
public sealed class OperationsOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wingman:Operations";

    /// <summary>Where operators' endpoints listen, on a port of their own. Default <c>http://localhost:8081</c>; keep it behind a firewall.</summary>
    [Required, Url]
    public string Url { get; set; } = "http://localhost:8081";

    /// <summary>
    /// Whether this host has the Orleans dashboard. Null, the default: where someone could open it, which is in Development and
    /// wherever an operator is configured. All hosts of a cluster must agree: the page of one asks the others for their figures.
    /// </summary>
    public bool? Dashboard { get; set; }

    /// <summary>Whether the dashboard streams the log of its host. Default false: a log may name users.</summary>
    public bool LogStream { get; set; }

    /// <summary>
    /// How often each silo reads its own figures (processor, memory, activations) for the dashboard, also while no page is open; and
    /// the least time between two counts of the grains, which are made only while a page is open. 1 second to 1 minute; default 5
    /// seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan DashboardInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an operator stays signed in. 1 minute to 12 hours; default 1 hour; use does not extend it.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "12:00:00")]
    public TimeSpan SignInLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// A folder that all hosts share, for the keys that sign-in cookies are encrypted with: one sign-in is then good for all of
    /// them, and survives a restart. Null, the default: each process has keys of its own, in memory.
    /// </summary>
    public string? KeyDirectory { get; set; }

    /// <summary>
    /// How long the host goes on serving after it was asked to stop, while it reports that it is not ready: as long as a load
    /// balancer takes to notice. 0 to 5 minutes. Null, the default: not at all in Development, and 5 seconds elsewhere.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan? ShutdownDelay { get; set; }

    /// <summary>The port of <see cref="Url"/>.</summary>
    public int Port => BindingAddress.Parse(Url).Port;
}
