using Npgsql;
using Wingman.Grains.Tests.Cluster;
using Wingman.Testing.History;
using Wingman.Testing.Models;

namespace Wingman.Grains.Tests.Races;

/// <summary>What the holder of a row's lock knows about the statements that need the row.</summary>
internal enum LockWait
{
    None,

    /// <summary>The expected statement waits.</summary>
    Waiting,

    /// <summary>No statement will wait in the expected way.</summary>
    Impossible,
}

/// <summary>Writes to the tables beside Wingman, and records the answers.</summary>
/// <param name="database">The connections to the tables.</param>
/// <param name="meeting">Whose session and match it acts on.</param>
/// <param name="happened">Receives what happened.</param>
internal sealed class OtherProgram(NpgsqlDataSource database, Meeting meeting, Action<Occurrence> happened)
{
    /// <summary>Acts at once, each statement a transaction of its own.</summary>
    public async Task ActAsync(OtherAct act)
    {
        if (await RunAsync(OtherStep.First(act), after: null) is { } first) await GoOnAsync(act, first);
    }

    /// <summary>Acts, and holds the lock of the first statement until another statement waits for it.</summary>
    /// <param name="act">What to do.</param>
    /// <param name="locked">Completes when the lock is held.</param>
    /// <param name="check">Checks whether a statement waits for the lock of the session with this process id.</param>
    /// <param name="over">Completes when no further statement can need the lock.</param>
    /// <returns>Whether a statement waited.</returns>
    public async Task<bool> HoldAsync(OtherAct act, TaskCompletionSource locked, Func<int, Task<LockWait>> check, Task over)
    {
        var step = OtherStep.First(act);
        var seen = LockWait.None;
        Occurrence? first = null;
        try
        {
            await using var connection = await database.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using var command = CreateCommand(step, connection);
            var answer = await command.ExecuteScalarAsync() as string ?? OtherStep.Nothing;
            locked.TrySetResult();
            while (answer != OtherStep.Nothing && seen == LockWait.None && !over.IsCompleted)
            {
                seen = await check(connection.ProcessID);
                if (seen == LockWait.None) await Task.WhenAny(over, Task.Delay(1));
            }

            await transaction.CommitAsync();
            first = new(step.Name, answer, step.Step);
            happened(first);
        }
        catch (PostgresException refused) when (DidNothing(refused))
        {
            // Rolled back.
        }
        finally
        {
            locked.TrySetResult();
        }

        if (first is not null) await GoOnAsync(act, first);
        return seen == LockWait.Waiting;
    }

    // Each of the old backend's statements depends on the answer to the one before.
    private async Task GoOnAsync(OtherAct act, Occurrence first)
    {
        if (act != OtherAct.CompleteTheOldWay || first.Answer != OtherStep.BothFlags) return;
        if (await RunAsync(OtherStep.Complete, first) is not { } completed) return;
        if (await RunAsync(OtherStep.ReadCounters, completed) is not { Answer: { } counters } read || counters == OtherStep.Nothing) return;

        var values = counters.Split(' ').Select(int.Parse).ToArray();
        await RunAsync(OtherStep.WriteCounters(values[0] + 1, values[1] + 1), read);
    }

    private async Task<Occurrence?> RunAsync(OtherStep step, Occurrence? after)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync();
            await using var command = CreateCommand(step, connection);
            var done = new Occurrence(step.Name, await command.ExecuteScalarAsync() as string ?? OtherStep.Nothing, step.Step, after);
            happened(done);
            return done;
        }
        catch (PostgresException refused) when (DidNothing(refused))
        {
            return null;
        }
    }

    private static bool DidNothing(PostgresException exception) =>
        exception.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.ForeignKeyViolation;

    private NpgsqlCommand CreateCommand(OtherStep step, NpgsqlConnection connection)
    {
        var sql = step.Sql.Replace("$1", $"'{meeting.Session}'", StringComparison.Ordinal).Replace("$2", $"'{meeting.Match}'", StringComparison.Ordinal);
        return new(sql, connection);
    }
}
