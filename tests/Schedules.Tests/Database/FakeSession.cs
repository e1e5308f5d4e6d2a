using Npgsql;

namespace Wingman.Schedules.Database;

/// <summary>A connection as the server sees it.</summary>
/// <param name="server">The server.</param>
/// <param name="identity">The server and its timeline.</param>
internal sealed class FakeSession(FakeServer server, string identity)
{
    /// <summary>The statement that waits for locked rows.</summary>
    public const string PlainWrite = "write";

    /// <summary>The statement that skips locked rows.</summary>
    public const string SkippingWrite = "write, skipping what is locked";

    /// <summary>The statement that reads rows.</summary>
    public const string Read = "read";

    /// <summary>A write of this value is refused, as by a constraint.</summary>
    public const long RefusedValue = -1;

    private static readonly TimeSpan LockTimeout = TimeSpan.FromMilliseconds(20);

    public string Identity => identity;

    public bool IsBroken { get; private set; }

    /// <summary>Waits for the time that a message needs to the server.</summary>
    public async Task TravelAsync(CancellationToken cancellation = default)
    {
        await server.Explorer.DelayAsync(server.Latency(), cancellation);
        CheckNotBroken();
    }

    public void Break() => IsBroken = true;

    /// <summary>Runs a statement up to its commit.</summary>
    /// <exception cref="NpgsqlException">It failed, or the connection broke.</exception>
    public async Task<FakeReply> ExecuteAsync(string sql, object[] parameters)
    {
        await TravelAsync();
        if (server.Faults.Strikes(Fault.LostRequest)) throw Broken();

        if (server.Faults.Strikes(Fault.StatementGone)) throw Error(PostgresErrorCodes.InvalidSqlStatementName);

        var ids = (List<Guid>)parameters[0];
        if (sql == Read) return new(this, server, null, [.. ids.Select(ReadRow).Where(static row => row[1] is not null)]);

        var transaction = server.Begin();
        try
        {
            // Copies, because the lane uses its lists again for the next batch.
            return await WriteAsync(transaction, sql == SkippingWrite, [.. ids], [.. (List<uint>)parameters[1]], [.. (List<long>)parameters[2]], [.. (List<long>)parameters[3]], (string)parameters[4]);
        }
        catch
        {
            if (!transaction.IsLeftRunning) transaction.Rollback();
            throw;
        }

        object?[] ReadRow(Guid id, int index) => server.Rows.TryGetValue(id, out var row) ? [index + 1L, row.Version, row.Value] : [index + 1L, null];
    }

    public void CheckNotBroken()
    {
        if (IsBroken) throw Broken();
    }

    public NpgsqlException Broken()
    {
        IsBroken = true;
        return new("The connection is broken.", new IOException());
    }

    public NpgsqlException Silent()
    {
        IsBroken = true;
        return new("No answer.", new TimeoutException());
    }

    public static PostgresException Error(string code, string? where = null) => new("The fake server refuses.", "ERROR", "ERROR", code, where: where);

    private async Task<FakeReply> WriteAsync(
        FakeTransaction transaction, bool isSkipping, Guid[] ids, uint[] versions, long[] values, long[] tickets, string lane)
    {
        server.Witness.Arrived(lane, ids, tickets);
        if (server.Faults.Strikes(Fault.Deadlock)) throw Error(PostgresErrorCodes.DeadlockDetected);

        if (server.Faults.Strikes(Fault.LockOfOneRow)) throw Error(PostgresErrorCodes.LockNotAvailable, "while inserting index tuple (0,1)");

        List<object?[]> rows = [];
        for (var index = 0; index < ids.Length; index++)
        {
            var id = ids[index];
            while (!server.TryLock(id, transaction))
            {
                if (isSkipping) break;

                if (!await server.UnlockedAsync(LockTimeout)) throw Error(PostgresErrorCodes.LockNotAvailable);
            }

            var isExpected = server.Rows[id].Version == versions[index];
            if (!isExpected) continue;

            if (!server.TryLock(id, transaction))
            {
                rows.Add([index + 1L, null]);
                continue;
            }

            if (values[index] == RefusedValue) throw Error(PostgresErrorCodes.CheckViolation);

            transaction.Write(id, values[index], tickets[index]);
            rows.Add([index + 1L, transaction.Id]);
        }

        await server.Explorer.DelayAsync(server.Latency());
        if (server.Faults.Strikes(Fault.LostReply))
        {
            transaction.EndLater();
            throw Broken();
        }

        CheckNotBroken();
        return new(this, server, transaction, rows);
    }
}
