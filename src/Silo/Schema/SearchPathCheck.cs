using Npgsql;

namespace Wingman.Silo.Schema;

/// <summary>
/// Refuses connections on which Orleans' providers would not find their tables, which they name without a schema. Behind a
/// pooler in transaction mode only the role's own setting can say where those are.
/// </summary>
internal static class SearchPathCheck
{
    private const string Sql = $"""
        select to_regclass('orleansquery')::oid is not distinct from '{SchemaMigrator.OrleansSchema}.orleansquery'::regclass::oid,
               quote_ident(current_user), quote_ident(current_database())
        """;

    /// <summary>Checks a connection.</summary>
    /// <param name="connection">The connection, made as the providers' are.</param>
    /// <param name="ofRole">Whether the role's setting alone counts.</param>
    /// <param name="cancellation">Stops the check.</param>
    /// <exception cref="SearchPathException">The tables would not be found.</exception>
    public static async Task RunAsync(NpgsqlConnection connection, bool ofRole, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        if (reader.GetBoolean(0)) return;

        throw new SearchPathException(ofRole
            ? $"The search path of the role {reader.GetString(1)} does not lead to Orleans' tables. Run: alter role {reader.GetString(1)} "
                + $"in database {reader.GetString(2)} set search_path = {SchemaMigrator.OrleansSchema}, public; (a pooler keeps its older connections "
                + "until it executes RECONNECT or restarts)"
            : $"'Search Path' of ConnectionStrings:Wingman does not lead to Orleans' tables: leave it out, or let it begin with {SchemaMigrator.OrleansSchema}.");
    }
}

/// <summary>Orleans' tables are not on the search path.</summary>
/// <param name="message">How to correct it.</param>
internal sealed class SearchPathException(string message) : Exception(message);
