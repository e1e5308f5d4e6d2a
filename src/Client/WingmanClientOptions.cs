namespace Wingman.Client;

/// <summary>Gets the bearer token of the user for whom a call is made.</summary>
/// <param name="refused">The token that the service has just refused, so that a cached one is not given again; null at first.</param>
/// <param name="cancellationToken">The call's.</param>
/// <returns>The token, without <c>Bearer</c>.</returns>
public delegate ValueTask<string> TokenSource(string? refused, CancellationToken cancellationToken);

/// <summary>How a client reaches the service, and in whose name.</summary>
public sealed class WingmanClientOptions
{
    /// <summary>Where the service is, such as <c>https://wingman.example.com</c>.</summary>
    public required Uri Address { get; init; }

    /// <summary>Gets the user's token for each call. Null: none is sent.</summary>
    public TokenSource? Token { get; init; }

    /// <summary>A service key, for machines; the header <c>apikey</c>. Null: none is sent. The service ignores it beside a token.</summary>
    public string? ServiceKey { get; init; }

    /// <summary>
    /// How long a call may take, all its attempts together. After it, no attempt begins and the one that runs is given up. A live
    /// stream is not bound by it, only the attempts to open it are. Default 30 seconds.
    /// </summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock. Default: the system's.</summary>
    internal TimeProvider Clock { get; init; } = TimeProvider.System;
}
