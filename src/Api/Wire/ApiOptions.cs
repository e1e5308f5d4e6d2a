using System.ComponentModel.DataAnnotations;

namespace Wingman.Wire;

/// <summary>Settings of the front door (section <c>Wingman:Api</c>).</summary>
internal sealed class ApiOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Wingman:Api";

    /// <summary>How many requests may be in progress, 1 to 1,000,000. Beyond that, requests are answered 503 at once. Default 4096.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Wingman:Api:MaxConcurrentRequests must be between 1 and 1000000.")]
    public int MaxConcurrentRequests { get; set; } = 4096;

    /// <summary>
    /// Whether reputations are read without authentication, as the product's earlier backend allowed. Default false.
    /// </summary>
    public bool AnonymousReputations { get; set; }

    /// <summary>
    /// The origins whose pages may call this API from a browser (CORS), such as <c>https://app.example.com</c>. Default none.
    /// </summary>
    public string[] CorsOrigins { get; set; } = [];
}
