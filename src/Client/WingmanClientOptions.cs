namespace Wingman.Client;

/// <summary>Gets the bearer token of the user for whom a call is made.</summary>
/// <param name="refused">The token that the service has just refused, so that a cached one is not given again; null at first.</param>
/// <param name="cancellationToken">Cancels the call.</param>
/// <returns>The token, without <c>Bearer</c>.</returns>
public delegate ValueTask<string> TokenSource(string? refused, CancellationToken cancellationToken);

/// <summary>How a client reaches the service, and in whose name.</summary>
public sealed class WingmanClientOptions
{
    /// <summary>Where the service is, such as <c>https://wingman.example.com</c>.</summary>
    public required Uri Address { get; init; }

    /// <summary>Gets the user's token for each call. Null if no token is to be sent.</summary>
    public TokenSource? Token { get; init; }

    /// <summary>
    /// A service key, for machines, sent in the header <c>apikey</c>. Null if none is to be sent. The service ignores it in a request that
    /// has a token too.
    /// </summary>
    public string? ServiceKey { get; init; }

    /// <summary>
    /// How long a call may take with all its attempts. After that time no attempt starts, and the running one is cancelled. It limits the
    /// attempts to open a live stream, but not how long the stream stays open. Default 30 seconds.
    /// </summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock. Default: the system's.</summary>
    internal TimeProvider Clock { get; init; } = TimeProvider.System;
}
