using Npgsql;

namespace Wingman.Silo.Storage.Log;

/// <summary>A transaction that readers of the log wait for.</summary>
/// <param name="Who">Process id, or the name of a prepared transaction, with role, database and application.</param>
/// <param name="State">What it is doing, as <c>pg_stat_activity</c> says.</param>
/// <param name="Age">For how long it is open.</param>
/// <param name="Ending">The statement that ends it; for a prepared transaction, in the database where it was prepared.</param>
internal sealed record HorizonHolder(string Who, string State, TimeSpan Age, string Ending);

/// <summary>
/// Who holds readers of the log back: open transactions of any database of the server that have written something, and
/// transactions that were prepared and never finished.
/// </summary>
internal static class LogHorizon
{
    // A role without pg_read_all_stats does not see since when other roles' transactions are open, and so finds none of them. It still
    // sees the horizon, whose age shows that there is such a transaction.
    /// <summary>The state of a transaction that is prepared, and waits for the decision of its transaction manager.</summary>
    public const string Prepared = "prepared";

    private const string Sql = """
        select who, state, age, ending
        from (
          select format('process %s, role %s, database %s, application %s', pid, usename, datname, coalesce(nullif(application_name, ''), 'unnamed')) as who,
                 coalesce(state, 'unknown') as state, clock_timestamp() - xact_start as age,
                 format('select pg_terminate_backend(%s);', pid) as ending
          from pg_stat_activity
          where backend_xid is not null and pid <> pg_backend_pid()
          union all
          select format('prepared transaction %L, role %s, database %s', gid, owner, database), 'prepared', clock_timestamp() - prepared,
                 format('rollback prepared %L;', gid)
          from pg_prepared_xacts) holders
        where age > $1
        order by age desc
        limit 10
        """;

    /// <summary>The oldest holders first, at most ten.</summary>
    /// <param name="connection">A connection.</param>
    /// <param name="olderThan">Transactions younger than that are ordinary work.</param>
    public static async Task<IReadOnlyList<HorizonHolder>> FindHoldersAsync(NpgsqlConnection connection, TimeSpan olderThan)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = olderThan });
        await using var reader = await command.ExecuteReaderAsync();
        List<HorizonHolder> holders = [];
        while (await reader.ReadAsync()) holders.Add(new(reader.GetString(0), reader.GetString(1), reader.GetTimeSpan(2), reader.GetString(3)));
        return holders;
    }
}
