using Wingman.Sessions;
using Wingman.Testing.Models;

namespace Wingman.Testing.History;

/// <summary>What a check found.</summary>
/// <param name="Finals">The states, as bits, that the session may be in after all of it; 0 if no order explains the answers.</param>
/// <param name="Explained">The longest run of operations that one order explains.</param>
internal sealed record LinearizabilityResult(int Finals, IReadOnlyList<SessionOperation> Explained)
{
    public bool IsLinearizable => Finals != 0;
}

/// <summary>
/// Searches for one order of a session's operations that respects real time and explains every answer (Wing and Gong, with
/// Lowe's cache of visited configurations). Operations without an answer may take effect at any later moment, or never.
/// </summary>
/// <remarks>
/// The API retries a call whose silo has died, so an answered operation may have taken effect before the attempt that was
/// answered. Where the answer reports a state that it found and did not cause, that earlier effect is an operation of its own.
/// </remarks>
internal sealed class LinearizabilityChecker
{
    /// <summary>The operations of a configuration are a bit set.</summary>
    public const int MaxOperations = 64;

    private readonly List<SessionOperation> _operations;
    private readonly ulong _answered;
    private readonly HashSet<(ulong Done, int State)> _visited = [];
    private readonly List<SessionOperation> _order = [];
    private List<SessionOperation> _longest = [];
    private int _finals;

    private LinearizabilityChecker(List<SessionOperation> operations)
    {
        _operations = operations;
        for (var i = 0; i < operations.Count; i++)
        {
            if (!operations[i].IsPending) _answered |= 1ul << i;
        }
    }

    /// <summary>Checks one session's history.</summary>
    public static LinearizabilityResult Check(ModelState initial, IEnumerable<SessionOperation> history)
    {
        var operations = Reduce(history);
        if (operations.Count > MaxOperations)
            throw new ArgumentException($"A history of {operations.Count} operations is longer than the {MaxOperations} that can be checked.", nameof(history));
        var checker = new LinearizabilityChecker(operations);
        checker.Search(0, initial);
        return new LinearizabilityResult(checker._finals, checker._longest);
    }

    private void Search(ulong done, ModelState state)
    {
        if (!_visited.Add((done, state.Bit))) return;
        if ((done & _answered) == _answered) _finals |= state.Bit;
        if (_order.Count > _longest.Count) _longest = [.. _order];

        var earliestReturn = EarliestReturn(done);
        for (var i = 0; i < _operations.Count; i++)
        {
            var operation = _operations[i];
            var bit = 1ul << i;
            if ((done & bit) != 0 || operation.InvokedAt > earliestReturn || SessionModel.Step(state, operation) is not { } next) continue;
            _order.Add(operation);
            Search(done | bit, next);
            _order.RemoveAt(_order.Count - 1);
        }
    }

    private long EarliestReturn(ulong done)
    {
        var earliest = SessionOperation.Never;
        for (var i = 0; i < _operations.Count; i++)
        {
            if ((done & (1ul << i)) == 0) earliest = Math.Min(earliest, _operations[i].ReturnedAt);
        }

        return earliest;
    }

    /// <summary>
    /// Effects are idempotent, so of the operations of one kind that may or may not happen only the first is kept; a read
    /// without an answer says nothing.
    /// </summary>
    private static List<SessionOperation> Reduce(IEnumerable<SessionOperation> history)
    {
        var all = history.ToList();
        var maybe = all.Where(static operation => operation.IsPending || FoundRatherThanMade(operation.Answer!))
            .Where(static operation => operation.Kind != OperationKind.Read)
            .GroupBy(static operation => (operation.Kind, operation.By))
            .Select(static same => SessionOperation.Pending(same.Key.Kind, same.Key.By, same.Min(static operation => operation.InvokedAt)));
        return [.. all.Where(static operation => !operation.IsPending).Concat(maybe).OrderBy(static operation => operation.InvokedAt)];
    }

    private static bool FoundRatherThanMade(SessionAnswer answer) => answer switch
    {
        ConfirmAnswer { Outcome: ConfirmOutcome.AlreadyCompleted or ConfirmOutcome.Cancelled or ConfirmOutcome.NoShow } => true,
        CancelAnswer { Outcome: CancelOutcome.AlreadyOver } => true,
        _ => false,
    };
}
