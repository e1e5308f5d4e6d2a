using Npgsql;

namespace Wingman.Silo.Storage.Batching;

/// <summary>Refuses a server that acknowledges commits before they are durable, or that is a standby.</summary>
internal static class PrimaryCheck
{
    // The timeline is the beginning of a log file's name. Unlike the timeline in the control file, it is correct at once after a promotion.
    private const string Sql = """
        select current_setting('synchronous_commit'), current_setting('fsync'), pg_is_in_recovery(),
               (select system_identifier from pg_control_system())::text,
               case when not pg_is_in_recovery() then left(pg_walfile_name(pg_current_wal_lsn()), 8) end
        """;

    /// <summary>Checks one connection; settings may differ by role, database and time.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="cancellation">Ends the check early.</param>
    /// <returns>The identity of the server and its timeline: another one after a failover.</returns>
    /// <exception cref="DurabilityException">Acknowledged commits could be lost.</exception>
    /// <exception cref="StandbyException">The server is a standby.</exception>
    public static async Task<string> RunAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        if (reader.GetString(0) == "off")
            throw new DurabilityException("synchronous_commit is off: acknowledged commits could be lost. Set it to on (or local, remote_write, remote_apply) for Wingman's role and database.");
        if (reader.GetString(1) == "off")
            throw new DurabilityException("fsync is off: acknowledged commits could be lost. Set it to on in postgresql.conf.");
        if (reader.GetBoolean(2))
            throw new StandbyException("The database server is a standby and accepts no writes.");

        return $"{reader.GetString(3)}/{reader.GetString(4)}";
    }
}

/// <summary>The database is set up so that it may lose what it acknowledged. Wingman does not run on it.</summary>
/// <param name="message">Which setting, and what it should be.</param>
internal sealed class DurabilityException(string message) : Exception(message);

/// <summary>The database server is a standby. Another connection may reach the primary.</summary>
/// <param name="message">What was found.</param>
internal sealed class StandbyException(string message) : IOException(message);
