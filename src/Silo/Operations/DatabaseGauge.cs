using System.Diagnostics.Metrics;
using Npgsql;
using Wingman.Silo.Hosting;
using Wingman.Silo.Storage.Batching;

namespace Wingman.Silo.Operations;

/// <summary>A gauge, in seconds, whose value is read from the database every 15 seconds, off every request's path.</summary>
internal abstract class DatabaseGauge : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private readonly NpgsqlDataSource _database;
    private readonly TimeProvider _time;
    private double _seconds;

    /// <summary>Creates the gauge.</summary>
    protected DatabaseGauge(DatabaseConnections database, TimeProvider time, IMeterFactory meters, string name, string description)
    {
        _database = database.Background;
        _time = time;
        meters.CreateWingman().CreateObservableGauge(name, () => Volatile.Read(ref _seconds), "s", description);
    }

    /// <summary>Reads the value.</summary>
    protected abstract Task<double> ReadSecondsAsync(NpgsqlDataSource database, CancellationToken cancellation);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        do
        {
            try
            {
                Volatile.Write(ref _seconds, await ReadSecondsAsync(_database, stoppingToken));
            }
            catch (Exception exception) when (DatabaseError.IsOfDatabase(exception))
            {
                // Without the database the value stays as it was. Health reports the outage, and the next tick tries again.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
