using Npgsql;

namespace Wingman.Silo.Doctor;

/// <summary>Short forms of queries.</summary>
internal static class DoctorQuery
{
    /// <summary>All rows, each column as text; null where it is null.</summary>
    public static async Task<List<string?[]>> RowsAsync(this NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        List<string?[]> rows = [];
        while (await reader.ReadAsync())
        {
            var row = new string?[reader.FieldCount];
            for (var column = 0; column < row.Length; column++) row[column] = reader.IsDBNull(column) ? null : reader.GetString(column);
            rows.Add(row);
        }

        return rows;
    }

    /// <summary>All rows, read as they are.</summary>
    public static async Task<List<T>> RowsAsync<T>(this NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await using var reader = await command.ExecuteReaderAsync();
        List<T> rows = [];
        while (await reader.ReadAsync()) rows.Add(read(reader));
        return rows;
    }

    /// <summary>The answer to a question of yes or no.</summary>
    public static async Task<bool> IsTrueAsync(this NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is true;
    }

    /// <summary>How many rows a query has, and the ids (its first column) of the first few.</summary>
    public static async Task<(long Count, IReadOnlyList<string> Examples)> CountAsync(this NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(
            $"with found as materialized ({sql}) select (select count(*) from found), array(select id::text from found order by 1 limit 3)", connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetInt64(0), reader.GetFieldValue<string[]>(1));
    }
}
