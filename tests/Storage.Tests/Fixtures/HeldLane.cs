using Wingman.Silo.Storage;
using Wingman.State;

namespace Wingman.Storage.Tests.Fixtures;

/// <summary>
/// Keeps the only lane of session writes busy with a row that another connection has locked, until it is released: all writes
/// meanwhile wait together.
/// </summary>
internal sealed class HeldLane : IAsyncDisposable
{
    private readonly OtherWriter _holder;
    private readonly Task<RowVersion> _held;

    private HeldLane(OtherWriter holder, Task<RowVersion> held) => (_holder, _held) = (holder, held);

    /// <summary>One lane, and limits so high that only the holder decides when it continues.</summary>
    public static void Options(StorageOptions options)
    {
        options.Lanes = 1;
        (options.LockTimeout, options.StatementTimeout, options.Deadline) =
            (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30));
    }

    /// <summary><see cref="Options"/>, and what a test needs besides.</summary>
    public static Action<StorageOptions> OptionsAnd(Action<StorageOptions> more) => options =>
    {
        Options(options);
        more(options);
    };

    public static async Task<HeldLane> HoldAsync(StorageFixture fixture, ProductTables tables)
    {
        var blocker = await SeededSession.InsertAsync(fixture);
        var version = await blocker.VersionAsync(tables);
        var holder = await OtherWriter.LockAsync(fixture, blocker);
        var held = blocker.WriteAsync(tables, version, blocker.Confirmed);
        await fixture.WaitForLockAsync();
        return new(holder, held);
    }

    /// <summary>Begins all writes while the lane is held, and releases it.</summary>
    public static async Task<List<Task<RowVersion>>> GatherAsync(StorageFixture fixture, ProductTables tables, IEnumerable<Func<Task<RowVersion>>> writes)
    {
        await using var lane = await HoldAsync(fixture, tables);
        return [.. writes.Select(static write => write())];
    }

    /// <summary>Releases the lane.</summary>
    public async ValueTask DisposeAsync()
    {
        await _holder.DisposeAsync();
        await _held;
    }
}
