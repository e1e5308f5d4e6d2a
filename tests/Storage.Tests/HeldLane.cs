using Npgsql;
using Orleans.Storage;
using Wingman.Matches;
using Wingman.Silo.Storage;

namespace Wingman.Storage.Tests;

/// <summary>
/// Keeps a storage's only write lane busy with a row that is locked outside, until it is let go: what is written meanwhile
/// waits together.
/// </summary>
internal sealed class HeldLane : IAsyncDisposable
{
    private readonly NpgsqlConnection _holder;
    private readonly Task<Cell<MatchState>> _held;

    private HeldLane(NpgsqlConnection holder, Task<Cell<MatchState>> held) => (_holder, _held) = (holder, held);

    /// <summary>One lane, and limits so wide that only the holder decides when it goes on.</summary>
    public static void Options(StorageOptions options)
    {
        options.Lanes = 1;
        (options.LockTimeout, options.StatementTimeout, options.Deadline) =
            (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30));
    }

    public static async Task<HeldLane> HoldAsync(StorageLab lab, IGrainStorage storage)
    {
        const string StateName = "holds-the-lane";
        var blocker = await TextCell.New(storage, StateName).WriteAsync("free");
        var holder = await lab.LockRowAsync(blocker.Grain, StateName);
        var held = blocker.WriteAsync("held");
        await lab.SomebodyWaitsForALockAsync();
        return new(holder, held);
    }

    /// <summary>Lets the lane go on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _holder.DisposeAsync();
        await _held;
    }
}
