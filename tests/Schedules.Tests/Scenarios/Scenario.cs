using Orleans.Storage;
using Wingman.Schedules.Database;
using Wingman.Schedules.Exploring;

namespace Wingman.Schedules.Scenarios;

/// <summary>Plays a <see cref="Setup"/> once.</summary>
internal sealed class Scenario(Explorer explorer, Setup setup) : IScenario
{
    private Ledger? _ledger;

    /// <summary>Plays it, and returns when everyone has ended.</summary>
    public async Task PlayAsync()
    {
        var lab = new StorageLab(explorer, setup);
        _ledger = lab.Ledger;
        List<Task> all = [];
        for (var number = 0; number < setup.Writers; number++)
        {
            var writer = number;
            all.Add(explorer.RunAsync(() => WriteAsync(lab, writer)));
        }

        for (var number = 0; number < setup.Holds; number++) all.Add(explorer.RunAsync(() => HoldAsync(lab)));

        if (!setup.StopsEarly) await Task.WhenAll(all);
        else await explorer.DelayAsync(AWhile(TimeSpan.FromMilliseconds(40)));

        explorer.Note($"the storage stops");
        await lab.DisposeAsync();
        explorer.Note($"the storage has stopped");
        await Task.WhenAll(all);
    }

    /// <summary>Checks what must hold when nothing is left to run.</summary>
    public void Check() => _ledger?.CheckAnswers();

    private async Task WriteAsync(StorageLab lab, int writer)
    {
        var row = lab.Rows[writer % lab.Rows.Count];
        RowRead? known = null;
        for (var number = 0; number < setup.WritesEach; number++)
        {
            await explorer.DelayAsync(AWhile(TimeSpan.FromMilliseconds(8)));
            try
            {
                known ??= await lab.ReadAsync(row);
                var value = writer < setup.Refused ? FakeSession.RefusedValue : known!.Value + 1;
                known = new(value, await lab.WriteAsync(row, known!.Version, value));
            }
            catch (Exception exception) when (exception is StorageException or InconsistentStateException)
            {
                known = null;
            }
        }
    }

    private async Task HoldAsync(StorageLab lab)
    {
        await explorer.DelayAsync(AWhile(TimeSpan.FromMilliseconds(20)));
        await lab.Server.HoldAsync(lab.Rows[explorer.Choose(lab.Rows.Count)], AWhile(setup.LongestHold));
    }

    private TimeSpan AWhile(TimeSpan longest) => longest * explorer.Choose(5) / 4;
}
