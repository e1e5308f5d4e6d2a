using System.Data;
using System.Globalization;
using Npgsql;
using Wingman.Schedules.Database;

namespace Wingman.Silo;

/// <summary>Replaces the driver's class in the explored files: connections to a <see cref="FakeServer"/>.</summary>
/// <param name="server">The server.</param>
internal sealed class NpgsqlDataSource(FakeServer server) : IAsyncDisposable
{
    public static NpgsqlDataSource Create(NpgsqlConnectionStringBuilder address) => throw new NotSupportedException($"There is no server at {address.Host}.");

    /// <summary>Of one host.</summary>
    public string ConnectionString { get; } = "";

    public NpgsqlConnection CreateConnection() => new(server);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A connection.</summary>
internal sealed class NpgsqlConnection(FakeServer server) : IAsyncDisposable
{
    /// <summary>Its session on the server; null while it is not open.</summary>
    public FakeSession? Session { get; private set; }

    public ConnectionState State => Session is { IsBroken: false } ? ConnectionState.Open : ConnectionState.Closed;

    public async System.Threading.Tasks.Task OpenAsync(CancellationToken cancellation) => Session = await server.ConnectAsync(cancellation);

    public async Task<NpgsqlTransaction> BeginTransactionAsync(CancellationToken cancellation)
    {
        await Session!.TravelAsync(cancellation);
        return new(Session);
    }

    public ValueTask DisposeAsync()
    {
        Session?.Break();
        return ValueTask.CompletedTask;
    }
}

/// <summary>A transaction that only does what its statements do.</summary>
internal sealed class NpgsqlTransaction(FakeSession session) : IAsyncDisposable
{
    public System.Threading.Tasks.Task CommitAsync(CancellationToken cancellation) => session.TravelAsync(cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A single statement: those that a lane sends when it connects.</summary>
internal sealed class NpgsqlCommand(string sql, NpgsqlConnection connection, NpgsqlTransaction? transaction = null) : IAsyncDisposable
{
    public List<NpgsqlParameter> Parameters { get; } = [];

    public NpgsqlTransaction? Transaction => transaction;

    public async Task<NpgsqlDataReader> ExecuteReaderAsync(CancellationToken cancellation)
    {
        var identity = await ExecuteScalarAsync(cancellation);
        // The columns that PrimaryCheck reads.
        return sql.Contains("pg_control_system", StringComparison.Ordinal)
            ? new([["on", "on", false, identity, "1"]])
            : throw new NotSupportedException($"The fake server does not know: {sql}");
    }

    public async Task<object?> ExecuteScalarAsync(CancellationToken cancellation)
    {
        var session = connection.Session!;
        await session.TravelAsync(cancellation);
        return session.Identity;
    }

    public async Task<int> ExecuteNonQueryAsync(CancellationToken cancellation)
    {
        await connection.Session!.TravelAsync(cancellation);
        return 1;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A statement of a batch.</summary>
internal sealed class NpgsqlBatchCommand(string sql)
{
    public string Sql => sql;

    public List<NpgsqlParameter> Parameters { get; } = [];
}

/// <summary>The settings and the statement of a lane, which are one transaction.</summary>
internal sealed class NpgsqlBatch(NpgsqlConnection connection) : IAsyncDisposable
{
    public int Timeout { get; init; }

    public List<NpgsqlBatchCommand> BatchCommands { get; } = [];

    public async System.Threading.Tasks.Task PrepareAsync() => await connection.Session!.TravelAsync();

    public async Task<NpgsqlDataReader> ExecuteReaderAsync()
    {
        var statement = BatchCommands[1];
        var reply = await connection.Session!.ExecuteAsync(statement.Sql, [.. statement.Parameters.Select(static parameter => parameter.Value!)]);
        return new([[""]], reply);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Reads rows, and the commit that follows them.</summary>
/// <param name="rows">The rows of the first result.</param>
/// <param name="reply">The second result, and the end of the transaction; null if there is none.</param>
internal sealed class NpgsqlDataReader(IReadOnlyList<object?[]> rows, FakeReply? reply = null) : IAsyncDisposable
{
    private IReadOnlyList<object?[]> _rows = rows;
    private int _row = -1;
    private int _result;

    public Task<bool> ReadAsync(CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return System.Threading.Tasks.Task.FromResult(++_row < _rows.Count);
    }

    public async Task<bool> NextResultAsync()
    {
        (_rows, _row) = ([], -1);
        if (reply is null) return false;

        if (_result++ == 0)
        {
            _rows = reply.Rows;
            return true;
        }

        await reply.EndAsync();
        return false;
    }

    public bool IsDBNull(int column) => _rows[_row][column] is null;

    public long GetInt64(int column) => (long)_rows[_row][column]!;

    public bool GetBoolean(int column) => (bool)_rows[_row][column]!;

    public string GetString(int column) => Convert.ToString(_rows[_row][column], CultureInfo.InvariantCulture)!;

    public T GetFieldValue<T>(int column) => (T)_rows[_row][column]!;

    /// <summary>Reads what is left, as the driver does: a reply that does not arrive in time is taken for the end of the reply.</summary>
    public async ValueTask DisposeAsync()
    {
        if (reply is null) return;

        try
        {
            await reply.EndAsync();
        }
        catch (NpgsqlException exception) when (exception.InnerException is TimeoutException)
        {
        }
    }
}
