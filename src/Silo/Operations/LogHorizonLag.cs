using System.Diagnostics.Metrics;
using Npgsql;
using Wingman.Silo.Hosting;

namespace Wingman.Silo.Operations;

/// <summary>
/// Measures how far the log's readers must stay behind: they read only lines below the oldest transaction that is still open
/// anywhere on the server, so that one that is left open holds all of them back.
/// </summary>
internal sealed class LogHorizonLag : BackgroundService
{
    private const string Sql = """
        select extract(epoch from clock_timestamp() - at)::float8 from wingman.events
        where tx >= pg_snapshot_xmin(pg_current_snapshot()) order by tx, id limit 1
        """;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private readonly NpgsqlDataSource _database;
    private readonly TimeProvider _time;
    private double _seconds;

    /// <summary>Creates the gauge.</summary>
    public LogHorizonLag(DatabaseConnections database, TimeProvider time, IMeterFactory meters)
    {
        _database = database.Background;
        _time = time;
        meters.CreateWingman().CreateObservableGauge(
            "wingman.log.lag", () => Volatile.Read(ref _seconds), "s", "Age of the oldest line of the log that its readers may not read yet.");
    }

    /// <summary>The age of the oldest line that may not be read yet, in seconds; zero if there is none.</summary>
    internal static async Task<double> ReadAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Sql);
        return await command.ExecuteScalarAsync(cancellation) is double seconds ? Math.Max(0, seconds) : 0;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                Volatile.Write(ref _seconds, await ReadAsync(_database, stoppingToken));
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                // No figure without the database; health reports its absence, and the next tick tries again.
            }
        }
    }
}
