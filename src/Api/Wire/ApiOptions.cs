using System.ComponentModel.DataAnnotations;

namespace Wingman.Wire;

/// <summary>Settings of the API (section <c>Wingman:Api</c>).</summary>
internal sealed class ApiOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Wingman:Api";

    /// <summary>
    /// How many requests may be in progress, 1 to 1,000,000. Beyond that, requests are answered 503. Default 1024: at
    /// 10,000 requests a second the last of them waits about a tenth of a second for the others.
    /// </summary>
    [Range(1, 1_000_000, ErrorMessage = "Wingman:Api:MaxConcurrentRequests must be between 1 and 1000000.")]
    public int MaxConcurrentRequests { get; set; } = 1024;

    /// <summary>
    /// How many of these 503s are sent per second, 1 to 1,000,000; further ones wait for their turn, at most 5 seconds. Default 1,000, which take
    /// a few percent of one processor (docs/performance.md).
    /// </summary>
    [Range(1, 1_000_000, ErrorMessage = "Wingman:Api:RefusalsPerSecond must be between 1 and 1000000.")]
    public int RefusalsPerSecond { get; set; } = 1_000;

    /// <summary>
    /// How many requests per minute one user may send to this process, 0 to 1,000,000; beyond it they are answered 429. 0: no limit.
    /// Default 3,000.
    /// </summary>
    [Range(0, 1_000_000, ErrorMessage = "Wingman:Api:RequestsPerMinute must be between 0 and 1000000.")]
    public int RequestsPerMinute { get; set; } = 3_000;

    /// <summary>How many of them at once, 1 to 1,000,000. Default 200.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Wingman:Api:Burst must be between 1 and 1000000.")]
    public int Burst { get; set; } = 200;

    /// <summary>
    /// How many requests per minute of one user may be answered 403 or 404, 0 to 1,000,000; beyond it all of the user's requests are
    /// answered 429. 0: no limit. Default 60.
    /// </summary>
    [Range(0, 1_000_000, ErrorMessage = "Wingman:Api:MissesPerMinute must be between 0 and 1000000.")]
    public int MissesPerMinute { get; set; } = 60;

    /// <summary>
    /// How many connections may be open, 1 to 1,000,000; beyond that, new ones are closed at once. Default 20,000, so that callers
    /// who only hold connections cannot use up the process's file descriptors.
    /// </summary>
    [Range(1, 1_000_000, ErrorMessage = "Wingman:Api:MaxConnections must be between 1 and 1000000.")]
    public int MaxConnections { get; set; } = 20_000;

    /// <summary>
    /// Whether reputations are read without authentication, as the product's earlier backend allowed. Default false.
    /// </summary>
    public bool AnonymousReputations { get; set; }

    /// <summary>
    /// The origins whose pages may call this API from a browser (CORS), such as <c>https://app.example.com</c>. Default none.
    /// </summary>
    public string[] CorsOrigins { get; set; } = [];

    /// <summary>
    /// The proxies whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are trusted: addresses, or networks such as
    /// <c>10.0.0.0/8</c>. Default none: these headers are ignored.
    /// </summary>
    public string[] TrustedProxies { get; set; } = [];
}
