using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Wingman.Authentication;

/// <summary>
/// The published keys that tokens are checked with, fetched again every ten minutes (as long as Supabase caches them itself)
/// and when a token names a key nobody knows. As a health check: ready when there are keys. As a service: fetches the first ones,
/// so that no request waits for a key server that does not answer.
/// </summary>
internal sealed class SigningKeys : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan FetchAgainAfter = TimeSpan.FromMinutes(10);

    // Bounds the fetches that tokens with made-up key ids can cause.
    private static readonly TimeSpan BetweenUnknownKeys = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FetchTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenFirstFetches = TimeSpan.FromSeconds(1);
    private readonly HttpClient _http = new() { Timeout = FetchTimeout };
    private readonly TimeProvider _time;
    private volatile bool _areKnown;

    /// <summary>Sets up the source that is configured; nothing is fetched yet.</summary>
    public SigningKeys(IOptions<TokenSettings> options, IHostEnvironment environment, TimeProvider time)
    {
        _time = time;
        var settings = options.Value;
        var documents = new HttpDocumentRetriever(_http) { RequireHttps = !environment.IsDevelopment() };
        if (!string.IsNullOrEmpty(settings.JwksUrl))
            Source = Fetching(settings.JwksUrl, new JwksRetriever(), documents);
        else if (!string.IsNullOrEmpty(settings.Authority))
            Source = Fetching(settings.Authority.TrimEnd('/') + "/.well-known/openid-configuration", new OpenIdConnectConfigurationRetriever(), documents);
    }

    /// <summary>Where the keys come from; null when a shared secret is configured instead.</summary>
    public ConfigurationManager<OpenIdConnectConfiguration>? Source { get; }

    /// <summary>Whether a token can be checked at all.</summary>
    public bool AreKnown => Source is null || _areKnown;

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await ProblemAsync(cancellationToken) is { } problem ? HealthCheckResult.Unhealthy(problem) : HealthCheckResult.Healthy();

    /// <inheritdoc/>
    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await ProblemAsync(stoppingToken) is not null)
            await Task.Delay(BetweenFirstFetches, _time, stoppingToken);
    }

    private async Task<string?> ProblemAsync(CancellationToken cancellation)
    {
        if (Source is null)
            return null;
        try
        {
            var configuration = await Source.GetConfigurationAsync(cancellation);
            if (configuration.SigningKeys.Count == 0)
                return "The issuer publishes no signing keys.";
            _areKnown = true;
            return null;
        }
        catch (InvalidOperationException unreachable)
        {
            return unreachable.Message;
        }
    }

    private static ConfigurationManager<OpenIdConnectConfiguration> Fetching(
        string address, IConfigurationRetriever<OpenIdConnectConfiguration> retriever, HttpDocumentRetriever documents) =>
        new(address, retriever, documents)
        {
            AutomaticRefreshInterval = FetchAgainAfter,
            RefreshInterval = BetweenUnknownKeys,
            // A withdrawn key must not live on as the last known good one.
            UseLastKnownGoodConfiguration = false,
        };

    /// <summary>Reads a bare key set, for issuers that publish one without discovery.</summary>
    private sealed class JwksRetriever : IConfigurationRetriever<OpenIdConnectConfiguration>
    {
        public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(string address, IDocumentRetriever retriever, CancellationToken cancel)
        {
            var configuration = new OpenIdConnectConfiguration
            {
                JsonWebKeySet = new JsonWebKeySet(await retriever.GetDocumentAsync(address, cancel)),
            };
            foreach (var key in configuration.JsonWebKeySet.GetSigningKeys())
                configuration.SigningKeys.Add(key);
            return configuration;
        }
    }
}
