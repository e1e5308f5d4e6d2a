using Npgsql;

namespace Wingman.Schedules.Database;

/// <summary>The reply to a statement: its rows, and then the end of its transaction.</summary>
internal sealed class FakeReply(FakeSession session, FakeServer server, FakeTransaction? transaction, IReadOnlyList<object?[]> rows)
{
    /// <summary>After how long the driver gives up a statement that gets no answer.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    private bool _isOver;

    public IReadOnlyList<object?[]> Rows => rows;

    /// <summary>Waits for the commit.</summary>
    /// <exception cref="NpgsqlException">There was no commit, or its outcome is unknown.</exception>
    public async Task EndAsync()
    {
        if (_isOver || transaction is null) return;

        _isOver = true;
        await server.Explorer.DelayAsync(server.Latency());
        if (server.Faults.Strikes(Fault.FailedCommit))
        {
            transaction.Rollback();
            throw FakeSession.Error(PostgresErrorCodes.DiskFull);
        }

        if (server.Faults.Strikes(Fault.SilentCommit))
        {
            transaction.EndLater();
            await server.Explorer.DelayAsync(Silence);
            throw session.Silent();
        }

        if (session.IsBroken)
        {
            transaction.Rollback();
            throw session.Broken();
        }

        transaction.Commit();
        await server.Explorer.DelayAsync(server.Latency());
        session.CheckNotBroken();
    }
}
