using Wingman.Schedules.Exploring;

namespace Wingman.Schedules.Database;

/// <summary>What can go wrong with a statement.</summary>
internal enum Fault
{
    /// <summary>The server takes no connection.</summary>
    ConnectionRefused,

    /// <summary>The server accepts a connection and does not answer.</summary>
    ConnectionSilent,

    /// <summary>The connection breaks before the server has got the statement.</summary>
    LostRequest,

    /// <summary>The connection breaks while the transaction runs; it may be committed later.</summary>
    LostReply,

    /// <summary>The rows arrive, and then nothing within the time of a statement; it may be committed later.</summary>
    SilentCommit,

    /// <summary>The commit fails, with a reply.</summary>
    FailedCommit,

    /// <summary>The statement waits for a lock that it cannot skip, and is ended by the lock timeout.</summary>
    LockOfOneRow,

    /// <summary>The server ends the transaction because of a deadlock.</summary>
    Deadlock,

    /// <summary>The prepared statement does not exist any more.</summary>
    StatementGone,

    /// <summary>Another server takes over, with the same rows.</summary>
    Failover,
}

/// <summary>Which faults a schedule may have, and how many of them.</summary>
/// <param name="explorer">Chooses.</param>
/// <param name="kinds">The kinds.</param>
/// <param name="budget">How many, at the most.</param>
internal sealed class FaultPlan(Explorer explorer, IReadOnlyCollection<Fault> kinds, int budget)
{
    private int _left = budget;

    /// <summary>Whether it happens here.</summary>
    public bool Strikes(Fault fault)
    {
        if (_left == 0 || !kinds.Contains(fault) || explorer.Choose(4) != 0) return false;

        _left--;
        explorer.Note($"fault: {fault}");
        return true;
    }
}
