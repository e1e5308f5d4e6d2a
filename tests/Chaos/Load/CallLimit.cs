namespace Wingman.Chaos.Load;

/// <summary>How long a client waits for an answer.</summary>
/// <param name="deadline">How long it waits in any case.</param>
/// <param name="patience">How much longer it waits. Zero in a run that judges speed.</param>
/// <param name="isSuspended">
/// Whether a fault suspends the host of a name at the moment; null if none does. Such a host answers nothing. If clients were patient with it, soon
/// all of them would wait for it, and the other hosts would get no calls.
/// </param>
internal sealed class CallLimit(TimeSpan deadline, TimeSpan patience, Func<string, bool>? isSuspended)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public TimeSpan Patience => patience;

    /// <summary>After so long a call is given up, whatever happens.</summary>
    public TimeSpan Longest => deadline + patience;

    /// <summary>Gives a call up as soon as the deadline has passed and its host is suspended.</summary>
    /// <param name="host">The host's name.</param>
    /// <param name="call">Cancelled to give the call up.</param>
    /// <param name="ended">The call has ended.</param>
    public async Task WatchAsync(string host, CancellationTokenSource call, CancellationToken ended)
    {
        if (patience == TimeSpan.Zero || isSuspended is null) return;

        await Task.Delay(deadline, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!ended.IsCancellationRequested && !isSuspended(host))
            await Task.Delay(Pause, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!ended.IsCancellationRequested) await call.CancelAsync();
    }
}
