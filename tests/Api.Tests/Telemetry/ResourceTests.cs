using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Wingman.Api.Tests.Telemetry;

/// <summary>What metrics and traces say about the host that sends them: the standard variables count, and hosts can be told apart.</summary>
public sealed class ResourceTests
{
    [Fact]
    public async Task Resource_ByDefault_NamesTheServiceAndTheHost() => Assert.Equal(("wingman", true), await ResourceAsync());

    [Fact]
    public async Task Resource_WithTheNameOfTheService_StillNamesTheHost() => Assert.Equal(("eu", true), await ResourceAsync("--OTEL_SERVICE_NAME=eu"));

    [Fact]
    public async Task Resource_WithAttributes_HasThem() =>
        Assert.Equal(("eu", false), await ResourceAsync("--OTEL_RESOURCE_ATTRIBUTES=service.name=eu,service.instance.id=pod-7"));

    private static async Task<(string? Service, bool IsThisProcess)> ResourceAsync(params string[] variables)
    {
        await using var app = await WingmanApi.BuildAsync(
        [
            "--environment=Production", "--ConnectionStrings:Wingman=Host=localhost", "--Authentication:SharedSecret=a shared secret of more than thirty-two bytes",
            "--OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9", .. variables,
        ]);
        var attributes = app.Services.GetRequiredService<MeterProvider>().GetResource().Attributes.ToDictionary(static pair => pair.Key, static pair => pair.Value.ToString());
        return (attributes["service.name"], attributes["service.instance.id"] == $"{Environment.MachineName}:{Environment.ProcessId}");
    }
}
