using Npgsql;

namespace Wingman.Bench.Database;

/// <summary>The rows of some sessions, locked as a long transaction of another program locks them, until it is disposed of.</summary>
internal sealed class HeldRows : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private HeldRows(NpgsqlConnection connection) => _connection = connection;

    public static async Task<HeldRows> LockAsync(BenchDatabase database, int[] sessions, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(database.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            await connection.BeginTransactionAsync(cancellation);
            await using var command = new NpgsqlCommand("select from public.wingman_sessions where id = any ($1) for update", connection);
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. sessions.Select(DatabaseShape.SessionId)] });
            await command.ExecuteNonQueryAsync(cancellation);
            return new HeldRows(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    // The connection is not of a pool: the server ends the transaction with it.
    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
