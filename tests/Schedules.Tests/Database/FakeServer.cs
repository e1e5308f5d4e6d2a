using Npgsql;
using Wingman.Schedules.Exploring;

namespace Wingman.Schedules.Database;

/// <summary>A row.</summary>
/// <param name="Version">The transaction that last wrote it.</param>
/// <param name="Value">What it holds.</param>
internal sealed record FakeRow(uint Version, long Value);

/// <summary>Is notified of what the server does.</summary>
internal interface IServerWitness
{
    /// <summary>A batch of writes has arrived.</summary>
    /// <param name="lane">Who sent it.</param>
    /// <param name="rows">The rows, in the order of the statement.</param>
    /// <param name="tickets">The writes' numbers.</param>
    void Arrived(string lane, IReadOnlyList<Guid> rows, IReadOnlyList<long> tickets);

    /// <summary>A write is about to be durable, and was not before.</summary>
    void Committing(long ticket, Guid row, FakeRow stored);
}

/// <summary>
/// The part of Postgres that the lanes need: rows with versions, row locks that are waited for or skipped, transactions that are
/// committed some time after their rows were returned, and connections that break at any point.
/// </summary>
internal sealed class FakeServer(Explorer explorer, FaultPlan faults, IServerWitness witness)
{
    private readonly Dictionary<Guid, object> _locks = [];
    private readonly List<FakeSession> _sessions = [];
    private readonly List<FakeTransaction> _transactions = [];
    private readonly List<TaskCompletionSource<bool>> _waiting = [];
    private uint _lastTransaction = 100;
    private int _timeline = 1;

    /// <summary>The rows as committed.</summary>
    public Dictionary<Guid, FakeRow> Rows { get; } = [];

    public Explorer Explorer => explorer;

    public FaultPlan Faults => faults;

    public IServerWitness Witness => witness;

    /// <summary>Opens a connection.</summary>
    public async Task<FakeSession> ConnectAsync(CancellationToken cancellation)
    {
        await explorer.DelayAsync(Latency(), cancellation);
        if (faults.Strikes(Fault.ConnectionRefused)) throw new NpgsqlException("Connection refused.");

        if (faults.Strikes(Fault.ConnectionSilent)) await explorer.DelayAsync(TimeSpan.FromMinutes(1), cancellation);
        if (faults.Strikes(Fault.Failover)) FailOver();

        var session = new FakeSession(this, $"server/{_timeline}");
        _sessions.Add(session);
        return session;
    }

    /// <summary>Locks a row for a time, as another program would.</summary>
    public async Task HoldAsync(Guid row, TimeSpan time)
    {
        var owner = new object();
        while (!TryLock(row, owner)) await UnlockedAsync(TimeSpan.FromSeconds(1));
        explorer.Note($"another session locks {row:N}");
        await explorer.DelayAsync(time);
        explorer.Note($"another session frees {row:N}");
        Unlock(owner);
    }

    /// <summary>Begins a transaction.</summary>
    public FakeTransaction Begin()
    {
        var transaction = new FakeTransaction(this, ++_lastTransaction);
        _transactions.Add(transaction);
        return transaction;
    }

    /// <summary>The time in one direction, which a schedule chooses.</summary>
    public TimeSpan Latency() => TimeSpan.FromMilliseconds(0.05 * (1 << (2 * explorer.Choose(4))));

    public bool TryLock(Guid row, object owner) => _locks.TryAdd(row, owner) || _locks[row] == owner;

    public void Unlock(object owner)
    {
        foreach (var row in _locks.Where(held => held.Value == owner).Select(static held => held.Key).ToList()) _locks.Remove(row);
        foreach (var waiting in _waiting) waiting.TrySetResult(true);
        _waiting.Clear();
    }

    /// <summary>Waits until some lock is freed.</summary>
    /// <returns>False when that took too long.</returns>
    public Task<bool> UnlockedAsync(TimeSpan timeout)
    {
        var waiting = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Add(waiting);
        explorer.At(timeout, () => waiting.TrySetResult(false));
        return waiting.Task;
    }

    private void FailOver()
    {
        _timeline++;
        foreach (var transaction in _transactions) transaction.Rollback();
        foreach (var session in _sessions) session.Break();
    }
}
