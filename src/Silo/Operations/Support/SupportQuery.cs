using Npgsql;

namespace Wingman.Silo.Operations.Support;

/// <summary>Short forms of queries.</summary>
internal static class SupportQuery
{
    /// <summary>Runs queries within one snapshot, in a transaction that cannot write.</summary>
    public static async Task<T> ReadInSnapshotAsync<T>(this NpgsqlConnection connection, Func<Task<T>> read)
    {
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        // Sequential scans only where there is no other way: the log and the product's tables may be large.
        await using (var begin = new NpgsqlCommand("set transaction read only; set local statement_timeout = '30s'; set local enable_seqscan = off", connection, transaction))
            await begin.ExecuteNonQueryAsync();
        var found = await read();
        await transaction.CommitAsync();
        return found;
    }

    /// <summary>All rows.</summary>
    public static async Task<List<T>> ReadAsync<T>(this NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 35 };
        foreach (var parameter in parameters) command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await using var reader = await command.ExecuteReaderAsync();
        List<T> rows = [];
        while (await reader.ReadAsync()) rows.Add(read(reader));
        return rows;
    }

    /// <summary>A number that may be null.</summary>
    public static int? GetIntOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt32(column);
}
