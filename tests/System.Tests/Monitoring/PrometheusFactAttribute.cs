using Wingman.Testing;

namespace Wingman.SystemTests.Monitoring;

/// <summary>A test that needs Prometheus. Where it is not installed the test is reported as skipped, with what to do.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PrometheusFactAttribute : FactAttribute
{
    public PrometheusFactAttribute()
    {
        if (PrometheusServer.Program is null || PrometheusServer.Tool is null)
            Skip = "Prometheus is not installed: apt-get install prometheus, or run ./wingman test as root on Debian.";
    }
}
