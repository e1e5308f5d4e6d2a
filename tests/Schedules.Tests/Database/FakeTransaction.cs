namespace Wingman.Schedules.Database;

/// <summary>What a statement has written and locked, until it is committed or rolled back.</summary>
internal sealed class FakeTransaction(FakeServer server, uint id)
{
    private readonly List<(Guid Row, long Value, long Ticket)> _writes = [];
    private bool _isOver;

    public uint Id => id;

    /// <summary>Whether it still runs although its connection is broken.</summary>
    public bool IsLeftRunning { get; private set; }

    public void Write(Guid row, long value, long ticket) => _writes.Add((row, value, ticket));

    public void Commit()
    {
        if (_isOver) return;

        _isOver = true;
        foreach (var (row, value, ticket) in _writes)
        {
            var stored = new FakeRow(Id, value);
            server.Witness.Committing(ticket, row, stored);
            server.Rows[row] = stored;
        }

        server.Unlock(this);
    }

    // Also unlocks after the transaction has ended: a statement of it that was still waiting may have got its lock since.
    public void Rollback()
    {
        _isOver = true;
        server.Unlock(this);
    }

    /// <summary>The schedule decides when it ends, and whether it is committed.</summary>
    public void EndLater()
    {
        IsLeftRunning = true;
        var isCommitted = server.Explorer.Choose(2) == 0;
        server.Explorer.At(server.Latency() * (1 + server.Explorer.Choose(40)), () =>
        {
            server.Explorer.Note($"transaction {Id}, whose connection is gone, ends {(isCommitted ? "committed" : "rolled back")}");
            if (isCommitted) Commit();
            else Rollback();
        });
    }
}
