using Npgsql;

namespace Wingman.Storage.Tests.Fixtures;

/// <summary>Another writer in a transaction that stays open until it is committed, or disposed of and so rolled back.</summary>
internal sealed class OtherWriter : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private OtherWriter(NpgsqlConnection connection, NpgsqlTransaction transaction) => (_connection, _transaction) = (connection, transaction);

    public static async Task<OtherWriter> BeginAsync(StorageFixture fixture)
    {
        var connection = await fixture.Sql.OpenConnectionAsync();
        return new(connection, await connection.BeginTransactionAsync());
    }

    /// <summary>Begins, and executes a first statement.</summary>
    public static async Task<OtherWriter> BeginAsync(StorageFixture fixture, string sql, params object[] parameters)
    {
        var writer = await BeginAsync(fixture);
        await writer.ExecuteAsync(sql, parameters);
        return writer;
    }

    /// <summary>Locks rows of sessions as an update of anything in them does.</summary>
    public static Task<OtherWriter> LockAsync(StorageFixture fixture, params IEnumerable<SeededSession> sessions) => BeginAsync(
        fixture, "select from wingman_sessions where id = any ($1) for no key update", sessions.Select(static session => session.Id).ToArray());

    public async Task ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, _connection, _transaction);
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter);
        await command.ExecuteNonQueryAsync();
    }

    public Task CommitAsync() => _transaction.CommitAsync();

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
