using System.Collections.Concurrent;

namespace Wingman.SystemTests.Waits;

/// <summary>Where a <see cref="StuckGrain"/> waits for something that never arrives.</summary>
public enum LostWait
{
    /// <summary>While it is activated, as if the answer of the grain directory were lost.</summary>
    Activating,

    /// <summary>While it is deactivated, as if another answer of the directory were lost.</summary>
    Deactivating,

    /// <summary>In a call, as if the storage never answered.</summary>
    Calling,
}

/// <summary>A grain that can be made to wait for ever, once.</summary>
[Alias("Wingman.SystemTests.IStuckGrain")]
public interface IStuckGrain : IGrainWithGuidKey
{
    /// <summary>Answers.</summary>
    [Alias("Ping")]
    Task PingAsync();

    /// <summary>Ends the activation.</summary>
    [Alias("Leave")]
    Task LeaveAsync();
}

/// <inheritdoc cref="IStuckGrain"/>
internal sealed class StuckGrain : Grain, IStuckGrain
{
    private static readonly ConcurrentDictionary<Guid, LostWait> Waits = [];

    /// <summary>Makes a grain wait for ever when it reaches this point next, and not at later times.</summary>
    public static void WaitOnce(Guid grain, LostWait where) => Waits[grain] = where;

    public override Task OnActivateAsync(CancellationToken cancellationToken) => PassAsync(LostWait.Activating);

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => PassAsync(LostWait.Deactivating);

    public Task PingAsync() => PassAsync(LostWait.Calling);

    public Task LeaveAsync()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private Task PassAsync(LostWait where) => Waits.TryRemove(KeyValuePair.Create(this.GetPrimaryKey(), where))
        ? new TaskCompletionSource().Task
        : Task.CompletedTask;
}
