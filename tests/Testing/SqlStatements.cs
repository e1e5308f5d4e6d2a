using Npgsql;

namespace Wingman.Testing;

/// <summary>Single statements on a database.</summary>
public static class SqlStatements
{
    /// <summary>A command with positional parameters.</summary>
    /// <param name="database">The database.</param>
    /// <param name="sql">The statement.</param>
    /// <param name="parameters">The parameters' values.</param>
    public static NpgsqlCommand CreateCommand(this NpgsqlDataSource database, string sql, params object?[] parameters)
    {
        var command = database.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter ?? DBNull.Value);
        return command;
    }

    /// <summary>Executes a statement.</summary>
    /// <param name="database">The database.</param>
    /// <param name="sql">The statement.</param>
    /// <param name="parameters">The parameters' values.</param>
    /// <returns>How many rows it has changed.</returns>
    public static async Task<int> ExecuteAsync(this NpgsqlDataSource database, string sql, params object?[] parameters)
    {
        await using var command = database.CreateCommand(sql, parameters);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row; the default if there is no row, or no value in it.</summary>
    /// <param name="database">The database.</param>
    /// <param name="sql">The statement.</param>
    /// <param name="parameters">The parameters' values.</param>
    public static async Task<T?> ScalarAsync<T>(this NpgsqlDataSource database, string sql, params object?[] parameters)
    {
        await using var command = database.CreateCommand(sql, parameters);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    /// <summary>The first column of every row.</summary>
    /// <param name="database">The database.</param>
    /// <param name="sql">The statement.</param>
    /// <param name="parameters">The parameters' values.</param>
    public static async Task<List<T>> ColumnAsync<T>(this NpgsqlDataSource database, string sql, params object?[] parameters)
    {
        await using var command = database.CreateCommand(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync();
        List<T> values = [];
        while (await reader.ReadAsync()) values.Add(reader.GetFieldValue<T>(0));
        return values;
    }
}
