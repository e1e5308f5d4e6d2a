using System.Diagnostics.Metrics;
using Npgsql;
using Wingman.Silo.Hosting;

namespace Wingman.Silo.Operations;

/// <summary>
/// Measures how far this host's clock is from the database's. Hosts stamp confirmations by their own clock, and decide by it when
/// confirming begins and when a session is due.
/// </summary>
internal sealed class ClockOffset(DatabaseConnections database, TimeProvider time, IMeterFactory meters) : DatabaseGauge(
    database, time, meters, "wingman.clock.offset", "How far this host's clock is ahead of the database's; negative if it is behind.")
{
    private readonly TimeProvider _time = time;

    /// <summary>
    /// How far a clock is ahead of the database's; negative if it is behind, zero if the difference is within the time that the
    /// query takes.
    /// </summary>
    /// <param name="ask">A command on the connection to use; its text is set here.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="cancellation">Ends the query.</param>
    internal static async Task<TimeSpan> MeasureAsync(NpgsqlCommand ask, TimeProvider clock, CancellationToken cancellation)
    {
        ask.CommandText = "select clock_timestamp()";
        var before = clock.GetUtcNow();
        var there = new DateTimeOffset((DateTime)(await ask.ExecuteScalarAsync(cancellation))!);
        var after = clock.GetUtcNow();
        // The database answered at some moment in between.
        return there > after ? after - there : before > there ? before - there : TimeSpan.Zero;
    }

    /// <inheritdoc/>
    protected override async Task<double> ReadSecondsAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var ask = database.CreateCommand();
        return (await MeasureAsync(ask, _time, cancellation)).TotalSeconds;
    }
}
