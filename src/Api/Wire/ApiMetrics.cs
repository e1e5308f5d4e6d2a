using System.Diagnostics.Metrics;

namespace Wingman.Wire;

/// <summary>What the API counts beside what ASP.NET counts itself.</summary>
internal sealed class ApiMetrics
{
    // The one meter of the service, which the hosts export; the grains' figures are under it too.
    public const string MeterName = "Wingman";

    private readonly Counter<long> _retried;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _failed;

    /// <summary>Creates the counters.</summary>
    public ApiMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _retried = meter.CreateCounter<long>("wingman.api.calls.retried", "{call}", "Grain calls retried after a silo vanished or a conflict");
        _refused = meter.CreateCounter<long>("wingman.api.requests.refused", "{request}", "Requests refused because too many were in progress, or one user sent too many");
        _failed = meter.CreateCounter<long>("wingman.api.requests.failed", "{request}", "Requests answered 5xx, by kind of failure");

        // Exporters show nothing of a counter that was never used, and a rate that begins with the first failure misses it.
        _retried.Add(0);
        _refused.Add(0);
        foreach (var kind in Enum.GetNames<CallFailure>()) _failed.Add(0, new KeyValuePair<string, object?>("kind", kind));
    }

    /// <summary>A grain call is retried.</summary>
    public void CallRetried() => _retried.Add(1);

    /// <summary>A request was refused at the door.</summary>
    public void RequestRefused() => _refused.Add(1);

    /// <summary>A request failed.</summary>
    public void RequestFailed(CallFailure failure) => _failed.Add(1, new KeyValuePair<string, object?>("kind", failure.ToString()));
}
