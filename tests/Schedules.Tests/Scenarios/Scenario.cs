using Orleans.Storage;
using Wingman.Schedules.Database;
using Wingman.Schedules.Exploring;

namespace Wingman.Schedules.Scenarios;

/// <summary>Runs a <see cref="Setup"/> once.</summary>
internal sealed class Scenario(Explorer explorer, Setup setup) : IScenario
{
    private readonly List<Func<string?>> _promises = [];
    private Ledger? _ledger;

    public string Unanswered => _ledger?.Unanswered ?? "";

    /// <summary>Runs it, and returns when all callers have ended.</summary>
    public async Task PlayAsync()
    {
        var storage = new SimulatedStorage(explorer, setup);
        _ledger = storage.Ledger;
        var marks = new MarkGrains(explorer, storage);
        List<Task> all = [];
        for (var number = 0; number < setup.Writers; number++)
        {
            var writer = number;
            all.Add(explorer.RunAsync(() => setup.HasGrains ? CallAsync(storage, marks, writer) : WriteAsync(storage, writer)));
        }

        for (var number = 0; number < setup.Holds; number++) all.Add(explorer.RunAsync(() => HoldAsync(storage)));

        if (!setup.StopsEarly) await Task.WhenAll(all);
        else await explorer.DelayAsync(AWhile(TimeSpan.FromMilliseconds(40)));

        explorer.Note($"the storage stops");
        await storage.DisposeAsync();
        explorer.Note($"the storage has stopped");
        storage.Ledger.CheckNobodyWaits();
        await Task.WhenAll(all);
    }

    /// <summary>Checks what must be true when nothing is left to run.</summary>
    public void Check()
    {
        _ledger?.CheckAnswers();
        foreach (var promise in _promises)
        {
            if (promise() is { } broken) explorer.Violate(broken);
        }
    }

    private async Task WriteAsync(SimulatedStorage storage, int writer)
    {
        var row = storage.Rows[writer % storage.Rows.Count];
        RowRead? known = null;
        for (var number = 0; number < setup.WritesEach; number++)
        {
            await explorer.DelayAsync(AWhile(TimeSpan.FromMilliseconds(8)));
            try
            {
                known ??= await storage.ReadAsync(row);
                var value = writer < setup.Refused ? FakeSession.RefusedValue : known!.Value + 1;
                known = new(value, await storage.WriteAsync(row, known!.Version, value));
            }
            catch (Exception exception) when (exception is StorageException or InconsistentStateException)
            {
                CheckExcuse(exception);
                known = null;
            }
        }
    }

    /// <summary>Makes calls to grains. The answer to each call must agree with the row at the end.</summary>
    private async Task CallAsync(SimulatedStorage storage, MarkGrains marks, int caller)
    {
        var row = storage.Rows[caller % storage.Rows.Count];
        for (var number = 0; number < setup.WritesEach; number++)
        {
            await explorer.DelayAsync(AWhile(TimeSpan.FromMilliseconds(8)));
            var mark = 1L << ((caller * setup.WritesEach) + number);
            try
            {
                await marks.CallAsync(silo: explorer.Choose(2), row, mark);
                _promises.Add(() => (storage.Server.Rows[row].Value & mark) != 0 ? null : $"Mark {mark:x} was answered as stored, and is not there.");
            }
            catch (StorageException exception)
            {
                CheckExcuse(exception);
                if (exception.Failure is StorageFailure.Conflict or StorageFailure.Overloaded or StorageFailure.Refused)
                    _promises.Add(() => (storage.Server.Rows[row].Value & mark) == 0 ? null : $"Mark {mark:x} was answered '{exception.Message}', and is there.");
            }
        }
    }

    // A deadline that passed without any obstacle means that no lane was woken for the request.
    private void CheckExcuse(Exception exception)
    {
        if (setup is { Faults.Count: 0, Holds: 0, StopsEarly: false } && exception is StorageException { Failure: StorageFailure.Unavailable or StorageFailure.Failed })
            explorer.Violate($"A writer waited in vain, though nothing was wrong with the database: {exception.Message}");

        // Nobody else changes the row of a writer who has it to itself; locks and refused values change nothing.
        if (setup is { Faults.Count: 0, HasGrains: false } && setup.Writers <= setup.Rows && exception is InconsistentStateException)
            explorer.Violate($"A writer who has its row to itself got a conflict: {exception.Message}");
    }

    private async Task HoldAsync(SimulatedStorage storage)
    {
        await explorer.DelayAsync(AWhile(TimeSpan.FromMilliseconds(20)));
        await storage.Server.HoldAsync(storage.Rows[explorer.Choose(storage.Rows.Count)], AWhile(setup.LongestHold));
    }

    private TimeSpan AWhile(TimeSpan longest) => longest * explorer.Choose(5) / 4;
}
