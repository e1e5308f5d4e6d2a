using System.Collections.Concurrent;

namespace Wingman.SystemTests.Waits;

/// <summary>Where a <see cref="ForgetfulGrain"/> waits for something that never comes.</summary>
public enum LostWait
{
    /// <summary>While it is activated, as for an answer of the directory of grains.</summary>
    Activating,

    /// <summary>While it is deactivated, as for another answer of it.</summary>
    Deactivating,

    /// <summary>In a call, as for storage that has a defect.</summary>
    Calling,
}

/// <summary>A grain that can be made to wait for ever, once.</summary>
[Alias("Wingman.SystemTests.IForgetfulGrain")]
public interface IForgetfulGrain : IGrainWithGuidKey
{
    /// <summary>Answers.</summary>
    [Alias("Ping")]
    Task PingAsync();

    /// <summary>Lets the activation go.</summary>
    [Alias("Leave")]
    Task LeaveAsync();
}

/// <inheritdoc cref="IForgetfulGrain"/>
internal sealed class ForgetfulGrain : Grain, IForgetfulGrain
{
    private static readonly ConcurrentDictionary<Guid, LostWait> Waits = [];

    /// <summary>Makes a grain wait for ever when it comes there next, and never again.</summary>
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
