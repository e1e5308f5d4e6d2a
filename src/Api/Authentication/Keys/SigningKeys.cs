using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Wingman.Authentication;

/// <summary>
/// The keys that users' tokens are checked with. Published keys are fetched every 30 seconds, so that a new key works and a withdrawn one
/// stops working within a minute. A token never causes a fetch, whatever key it names. While the key server cannot be reached, the last
/// known keys stay in use, so that users can still call the API. The health check reports ready once keys have been fetched.
/// </summary>
internal sealed partial class SigningKeys(IOptions<TokenSettings> options, IHostEnvironment environment, TimeProvider time, ILogger<SigningKeys> logger)
    : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan BetweenFetches = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenFirstFetches = TimeSpan.FromSeconds(1);
    private readonly bool _hasLegacyKey = !string.IsNullOrEmpty(options.Value.LegacyServiceKeySecret);

    // Null with a shared secret, which is known from the start.
    private readonly PublishedKeys? _published =
        string.IsNullOrEmpty(options.Value.SharedSecret) ? new PublishedKeys(options.Value, allowsHttp: environment.IsDevelopment()) : null;

    private volatile KeyRing _current = string.IsNullOrEmpty(options.Value.SharedSecret) ? KeyRing.Empty : KeyRing.OfSecret(options.Value.SharedSecret);
    private volatile bool _wereKnown = !string.IsNullOrEmpty(options.Value.SharedSecret);
    private byte[] _document = [];
    private string? _problem;

    /// <summary>The keys of this moment; empty while none are known.</summary>
    public KeyRing Current => _current;

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_wereKnown ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(_problem));

    /// <inheritdoc/>
    public override void Dispose()
    {
        _published?.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_hasLegacyKey) LogLegacyKey(logger);
        if (_published is null) return;
        while (true)
        {
            await FetchAsync(_published, stoppingToken);
            await Task.Delay(_wereKnown ? BetweenFetches : BetweenFirstFetches, time, stoppingToken);
        }
    }

    private async Task FetchAsync(PublishedKeys published, CancellationToken cancellation)
    {
        try
        {
            Take(await published.FetchAsync(cancellation));
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException
            || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            // The first fetches come every second: the same problem is logged once.
            if (_problem != failure.Message) LogNotFetched(logger, _current.Count, failure.Message);
            _problem = failure.Message;
        }
    }

    private void Take(byte[] document)
    {
        // A new ring invalidates the cached tokens, so the ring stays the same object as long as the document is the same.
        var isNew = !document.AsSpan().SequenceEqual(_document);
        if (isNew) (_current, _document) = (KeySetDocument.Read(document), document);
        var problem = _current.Count == 0 ? "The issuer publishes no key that this service can use." : null;
        var isLogged = isNew || problem != _problem;
        if (isLogged && problem is null) LogKeys(logger, _current.Count);
        if (isLogged && problem is not null) LogNoKeys(logger);
        _problem = problem;
        _wereKnown |= problem is null;
    }

    [LoggerMessage(LogLevel.Warning, "Authentication:LegacyServiceKeySecret is set: Supabase ends its older service keys at the end of 2026; give each machine a service key (./wingman service-key <name>) and remove the setting")]
    private static partial void LogLegacyKey(ILogger logger);

    [LoggerMessage(LogLevel.Information, "Tokens are checked with {Count} published keys")]
    private static partial void LogKeys(ILogger logger, int count);

    [LoggerMessage(LogLevel.Warning, "The issuer publishes no key that this service can use (ES256 on P-256, RS256 of 2048 bits or more): no token can be checked")]
    private static partial void LogNoKeys(ILogger logger);

    [LoggerMessage(LogLevel.Warning, "The signing keys could not be fetched; the {Count} known ones stay in use: {Reason}")]
    private static partial void LogNotFetched(ILogger logger, int count, string reason);
}
