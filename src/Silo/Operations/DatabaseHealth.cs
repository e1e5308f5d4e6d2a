using Microsoft.Extensions.Diagnostics.HealthChecks;
using Wingman.Silo.Hosting;
using Wingman.Silo.Storage.Batching;

namespace Wingman.Silo.Operations;

/// <summary>
/// Whether the database answers within two seconds. All checks use one connection. If each request made its own check, the checks would queue
/// behind each other and time out, although the database is healthy. So requests share the result of a check that is running, or that ended
/// less than 250 ms ago.
/// </summary>
internal sealed class DatabaseHealth(DatabaseConnections database, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Shared = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private Task<HealthCheckResult>? _last;
    private long _endedAt;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            return await LatestAsync().WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException exception)
        {
            return HealthCheckResult.Unhealthy(exception: exception);
        }
    }

    private Task<HealthCheckResult> LatestAsync()
    {
        lock (_lock)
        {
            if (_last is null || (_last.IsCompleted && time.GetElapsedTime(_endedAt) >= Shared)) _last = Task.Run(AskAsync);
            return _last;
        }
    }

    // For all who wait: nobody's cancellation ends it.
    private async Task<HealthCheckResult> AskAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline, time);
        try
        {
            await using var command = database.Health.CreateCommand("select 1");
            await command.ExecuteScalarAsync(deadline.Token);
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (exception is OperationCanceledException || DatabaseError.IsOfDatabase(exception))
        {
            return HealthCheckResult.Unhealthy(exception: exception);
        }
        finally
        {
            _endedAt = time.GetTimestamp();
        }
    }
}
