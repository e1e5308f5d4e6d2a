using Wingman.SystemTests.Clusters;
using Wingman.Testing;
using Wingman.Testing.History;

namespace Wingman.SystemTests.Monitoring;

/// <summary>A host sends its traces and metrics to the collector that OpenTelemetry's own variables name.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class CollectorTests
{
    [Theory]
    [InlineData("/v1/traces", "POST /api/session/confirm-completion")]
    [InlineData("/v1/metrics", "wingman.confirmations")]
    public async Task Host_SendsWhatItMeasures_WithTheHeadersOfTheVariables(string path, string name)
    {
        await using var collector = await TestCollector.StartAsync();
        await using var cluster = await TestCluster.CreateAsync();
        cluster.Add(ServiceSettings.ForCluster(HostKind.Api, "host", cluster.ConnectionString, TestCluster.Secret, cluster.Tokens)
            .With("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address.OriginalString)
            .With("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
            .With("OTEL_EXPORTER_OTLP_HEADERS", $"{TestCollector.Header}=1")
            .With("OTEL_TRACES_SAMPLER", "always_on")
            .With("OTEL_BSP_SCHEDULE_DELAY", "100")
            .With("OTEL_METRIC_EXPORT_INTERVAL", "500"));
        await cluster.StartAllAsync();

        var session = await cluster.NewSessionAsync();
        await cluster.ConfirmAsync(session, Participant.User1);
        await cluster.ConfirmAsync(session, Participant.User2);

        await Eventually.BecomesAsync(
            $"the collector has {name}",
            _ => Task.FromResult(collector.Exports),
            exports => exports.Any(export => export.Path == path && export.Body.Contains(name, StringComparison.Ordinal)));
        Assert.All(collector.Exports, static export => Assert.Equal("1", export.Header));
    }
}
