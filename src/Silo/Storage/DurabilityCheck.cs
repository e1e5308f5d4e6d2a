using Npgsql;

namespace Wingman.Silo.Storage;

/// <summary>Refuses a database that acknowledges commits before they are durable.</summary>
internal static class DurabilityCheck
{
    /// <summary>Checks one connection; settings may differ by role, database and time.</summary>
    /// <exception cref="DurabilityException">Acknowledged commits could be lost.</exception>
    public static async Task RunAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("select current_setting('synchronous_commit'), current_setting('fsync')", connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        if (reader.GetString(0) == "off")
            throw new DurabilityException("synchronous_commit is off: acknowledged commits could be lost. Set it to on (or local, remote_write, remote_apply) for Wingman's role and database.");
        if (reader.GetString(1) == "off")
            throw new DurabilityException("fsync is off: acknowledged commits could be lost. Set it to on in postgresql.conf.");
    }
}

/// <summary>The database is set up so that it may lose what it acknowledged. Wingman does not run on it.</summary>
/// <param name="message">Which setting, and what it should be.</param>
internal sealed class DurabilityException(string message) : Exception(message);
