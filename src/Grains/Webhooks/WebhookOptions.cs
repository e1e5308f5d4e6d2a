using System.ComponentModel.DataAnnotations;

namespace Wingman.Webhooks;

/// <summary>Who receives events by HTTP, and how. Section <c>Wingman:Webhooks</c>.</summary>
public sealed class WebhookOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wingman:Webhooks";

    /// <summary>The receivers. None by default.</summary>
    public IList<WebhookReceiverOptions> Receivers { get; } = [];

    /// <summary>How often the log is read for new events. 50 ms to 1 minute; default 1 second.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long one attempt may take, name resolution and connecting included. 100 ms to 1 minute; default 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many events of different sessions are sent to one receiver at the same time. 1 to 64; default 8.</summary>
    [Range(1, 64)]
    public int Parallelism { get; set; } = 8;

    /// <summary>
    /// After how many failed attempts an event becomes a dead letter, where the receiver accepts others. 1 to 100; default 12,
    /// which takes about two hours.
    /// </summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 12;

    /// <summary>The pause after an event's first failed attempt. It doubles with each. 10 ms to 1 hour; default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "01:00:00")]
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest pause between two attempts, and the longest Retry-After that is honoured. 10 ms to 1 day; default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "1.00:00:00")]
    public TimeSpan LongestRetry { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// After how long without one accepted event a receiver is cut off: nothing is sent to it until an operator resumes it, and
    /// the log is not kept for it. 1 minute to 30 days; default 3 days.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan CutOffAfter { get; set; } = TimeSpan.FromDays(3);
}

/// <summary>One receiver of webhooks.</summary>
public sealed class WebhookReceiverOptions
{
    /// <summary>
    /// Its name: 1 to 64 lower-case letters, digits and hyphens, beginning with a letter. Its place in the log is stored
    /// under the name.
    /// </summary>
    public string Name { get; set; } = "";

    /// <summary>Where events are posted: an absolute https URL without user name and fragment.</summary>
    public string Url { get; set; } = "";

    /// <summary>
    /// One or two secrets, <c>whsec_</c> and 24 to 64 bytes in base64. With two, each message carries two signatures, so that the
    /// receiver refuses no message while a secret is exchanged.
    /// </summary>
    public IList<string> Secrets { get; } = [];

    /// <summary>Which types of events it gets; none named means all.</summary>
    public IList<string> Events { get; } = [];

    /// <summary>Whether the URL may be http. Default false.</summary>
    public bool AllowHttp { get; set; }

    /// <summary>
    /// Whether it may be at a private or loopback address. Default false. Link-local addresses, among them those of cloud
    /// providers' metadata, are never allowed.
    /// </summary>
    public bool AllowPrivateAddresses { get; set; }
}
