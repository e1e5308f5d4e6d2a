using Npgsql;

namespace Wingman.Silo.Storage.Log;

/// <summary>
/// Records which server gives out the log's transaction ids. After a failover or a restored backup lines would sort in the wrong
/// place without it: see <c>wingman.log_eras</c>.
/// </summary>
internal static class LogEras
{
    private const string LatestSql = "select identity from wingman.log_eras order by era desc limit 1";

    // The lock lets one writer begin the era, and the others wait until it is committed: none of them has written before. The last
    // value of the sequence is at or above every id that was given out.
    private const string LockSql = "lock table wingman.log_eras in exclusive mode";

    private const string BeginSql = """
        insert into wingman.log_eras (identity, last_id)
        select $1, case when s.is_called then s.last_value else 0 end
        from wingman.events_id_seq s
        where (select identity from wingman.log_eras order by era desc limit 1) is distinct from $1
        """;

    /// <summary>Makes sure that the log's latest era is that of the server. To be called on a connection before it writes to the log.</summary>
    /// <param name="connection">A connection without a transaction.</param>
    /// <param name="identity">The server's identity, from <see cref="Batching.PrimaryCheck"/>.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <returns>When it is durable.</returns>
    public static async Task RecordAsync(NpgsqlConnection connection, string identity, CancellationToken cancellation)
    {
        await using (var latest = new NpgsqlCommand(LatestSql, connection))
        {
            if (await latest.ExecuteScalarAsync(cancellation) as string == identity) return;
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var take = new NpgsqlCommand(LockSql, connection, transaction)) await take.ExecuteNonQueryAsync(cancellation);
        await using (var begin = new NpgsqlCommand(BeginSql, connection, transaction))
        {
            begin.Parameters.Add(new NpgsqlParameter<string> { TypedValue = identity });
            await begin.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }
}
