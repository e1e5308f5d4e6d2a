using System.ComponentModel.DataAnnotations;

namespace Wingman.Silo.Operations;

/// <summary>The operators' port. Section <c>Wingman:Operations</c>.</summary>
public sealed class OperationsOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wingman:Operations";

    /// <summary>Where operators' endpoints listen. Default <c>http://localhost:8081</c>; keep it behind a firewall.</summary>
    [Required, Url]
    public string Url { get; set; } = "http://localhost:8081";

    /// <summary>Whether the dashboard is offered. It has no authentication: only in Development, where it is the default.</summary>
    public bool? Dashboard { get; set; }

    /// <summary>
    /// How long the host goes on serving after it was told to stop, while it says that it is not ready: as long as a load
    /// balancer takes to notice. 0 to 5 minutes. Null, the default: not at all in Development, and 5 seconds elsewhere.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan? ShutdownDelay { get; set; }

    /// <summary>The port of <see cref="Url"/>.</summary>
    public int Port => BindingAddress.Parse(Url).Port;
}
