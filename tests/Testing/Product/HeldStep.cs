namespace Wingman.Testing.Product;

/// <summary>Holds one call of the old backend just before one of its statements, so that others can act in between.</summary>
/// <param name="step">The statement before which to hold. Only the first call that reaches it is held.</param>
public sealed class HeldStep(OldStep step)
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What to give to <see cref="OldBackend"/>.</summary>
    public Task BeforeAsync(OldStep next) => next == step && _reached.TrySetResult() ? _released.Task : Task.CompletedTask;

    /// <summary>Returns when a call is held.</summary>
    /// <exception cref="TimeoutException">No call reached the statement before the deadline.</exception>
    public Task ReachedAsync() => _reached.Task.WaitAsync(Eventually.Deadline);

    /// <summary>Lets it continue.</summary>
    public void Release() => _released.TrySetResult();
}
