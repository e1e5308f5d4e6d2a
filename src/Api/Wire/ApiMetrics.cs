using System.Diagnostics.Metrics;

namespace Wingman.Wire;

/// <summary>The API's counters, in addition to ASP.NET's own metrics.</summary>
internal sealed class ApiMetrics
{
    private readonly Counter<long> _refused;
    private readonly Counter<long> _failed;

    /// <summary>Creates the counters.</summary>
    public ApiMetrics(IMeterFactory meters)
    {
        var meter = meters.CreateWingman();
        _refused = meter.CreateCounter<long>("wingman.api.requests.refused", "{request}", "Requests refused because too many were in progress, or one user sent too many.");
        _failed = meter.CreateCounter<long>("wingman.api.requests.failed", "{request}", "Requests that failed, by kind of failure.");
        _refused.ShowZero();
        _failed.ShowZero("kind", Enum.GetNames<CallFailure>());
    }

    /// <summary>A request was refused because of a limit.</summary>
    public void RequestRefused() => _refused.Add(1);

    /// <summary>A request failed.</summary>
    public void RequestFailed(CallFailure failure) => _failed.Add(1, new KeyValuePair<string, object?>("kind", failure.ToString()));
}
