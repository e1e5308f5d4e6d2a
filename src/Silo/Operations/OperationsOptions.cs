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

    /// <summary>The port of <see cref="Url"/>.</summary>
    public int Port => BindingAddress.Parse(Url).Port;
}
