using System.Diagnostics.Metrics;
using Npgsql;
using Wingman.Silo.Hosting;

namespace Wingman.Silo.Operations;

/// <summary>
/// Measures how far the log's readers must stay behind. They read only lines below the oldest transaction that is still open anywhere
/// on the server, so a transaction that stays open holds all of them back.
/// </summary>
internal sealed class LogHorizonLag(DatabaseConnections database, TimeProvider time, IMeterFactory meters) : DatabaseGauge(
    database, time, meters, "wingman.log.lag", "Age of the oldest line of the log that its readers may not read yet.")
{
    // Readers need not wait before lines of an earlier era, whatever ids the server of that era gave to its transactions.
    private const string Sql = """
        select extract(epoch from clock_timestamp() - at)::float8 from wingman.events
        where tx >= pg_snapshot_xmin(pg_current_snapshot()) and tx < pg_snapshot_xmax(pg_current_snapshot())
          and id > coalesce((select last_id from wingman.log_eras order by era desc limit 1), 0)
        order by tx, id limit 1
        """;

    /// <summary>The age of the oldest line that may not be read yet, in seconds; zero if there is none.</summary>
    internal static async Task<double> ReadAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Sql);
        return await command.ExecuteScalarAsync(cancellation) is double seconds ? Math.Max(0, seconds) : 0;
    }

    /// <inheritdoc/>
    protected override Task<double> ReadSecondsAsync(NpgsqlDataSource database, CancellationToken cancellation) => ReadAsync(database, cancellation);
}
