using System.Diagnostics.Metrics;

namespace Wingman.Wire;

/// <summary>The API's counters, in addition to ASP.NET's own metrics.</summary>
internal sealed class ApiMetrics
{
    // The only meter of the service, which the hosts export; the grains' metrics belong to it too.
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
        _failed = meter.CreateCounter<long>("wingman.api.requests.failed", "{request}", "Requests that failed, by kind of failure");

        // Exporters do not show a counter before its first use, so that the first failure would not be visible in a rate.
        _retried.Add(0);
        _refused.Add(0);
        foreach (var kind in Enum.GetNames<CallFailure>()) _failed.Add(0, new KeyValuePair<string, object?>("kind", kind));
    }

    /// <summary>A grain call is retried.</summary>
    public void CallRetried() => _retried.Add(1);

    /// <summary>A request was refused because of a limit.</summary>
    public void RequestRefused() => _refused.Add(1);

    /// <summary>A request failed.</summary>
    public void RequestFailed(CallFailure failure) => _failed.Add(1, new KeyValuePair<string, object?>("kind", failure.ToString()));
}
