using Microsoft.Extensions.Configuration;
using static Wingman.Silo.Operations.Telemetry;

namespace Wingman.Api.Tests.Telemetry;

/// <summary>Which share of the traces is sampled, by the standard variables: one in a hundred where they do not say it.</summary>
public sealed class SamplerTests
{
    [Theory]
    [InlineData(null, null, "ParentBased{TraceIdRatioBasedSampler{0.010000}}")]
    [InlineData("", "", "ParentBased{TraceIdRatioBasedSampler{0.010000}}")]
    [InlineData(null, "0.5", "ParentBased{TraceIdRatioBasedSampler{0.500000}}")]
    [InlineData("traceidratio", null, "TraceIdRatioBasedSampler{0.010000}")]
    [InlineData("TraceIdRatio", "0.25", "TraceIdRatioBasedSampler{0.250000}")]
    [InlineData("traceidratio", "1", "TraceIdRatioBasedSampler{1.000000}")]
    [InlineData("traceidratio", "10 %", "TraceIdRatioBasedSampler{0.010000}")]
    [InlineData("traceidratio", "2", "TraceIdRatioBasedSampler{0.010000}")]
    [InlineData("parentbased_traceidratio", null, "ParentBased{TraceIdRatioBasedSampler{0.010000}}")]
    [InlineData("parentbased_traceidratio", "0", "ParentBased{TraceIdRatioBasedSampler{0.000000}}")]
    [InlineData("always_on", null, null)]
    [InlineData("parentbased_always_off", "0.5", null)]
    public void Sampler_IsTheNamedOne_AndItsShareIsOneInAHundredUnlessItIsGiven(string? name, string? argument, string? expected)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["OTEL_TRACES_SAMPLER"] = name, ["OTEL_TRACES_SAMPLER_ARG"] = argument })
            .Build();

        Assert.Equal(expected, SamplerOf(configuration)?.Description);
    }
}
