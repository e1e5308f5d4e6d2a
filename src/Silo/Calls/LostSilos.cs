namespace Wingman.Calls;

/// <summary>
/// Says which calls to grains are lost because a silo is gone, where this host is a client of silos in other processes.
/// </summary>
/// <remarks>
/// A silo gives up its own calls to a silo that is declared dead. Orleans' client does not: a call that was sent to a silo that then
/// died waits for its timeout, and so does a call that another silo had passed on to it. The client does not say which silo a call is
/// at. So when a connection to a silo is lost, all calls that were begun before and have no answer <see cref="Grace"/> later count as
/// lost, and are made again. That does no harm to a call that is still running, since each call may run twice.
/// </remarks>
internal sealed class LostSilos(TimeProvider time) : IClusterConnectionStatusObserver, IDisposable
{
    /// <summary>Long enough for the answers of the silos that still run.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    private CancellationTokenSource _callsOfNow = new(Timeout.InfiniteTimeSpan, time);

    /// <summary>Cancelled when the calls that begin now count as lost.</summary>
    public CancellationToken CallsOfNow => Volatile.Read(ref _callsOfNow).Token;

    /// <inheritdoc/>
    public void NotifyGatewayCountChanged(int currentNumberOfGateways, int previousNumberOfGateways, bool connectionRecovered)
    {
        if (currentNumberOfGateways < previousNumberOfGateways) GiveUpCallsOfNow();
    }

    /// <inheritdoc/>
    // The count of gateways has changed too.
    public void NotifyClusterConnectionLost()
    {
    }

    /// <inheritdoc/>
    public void Dispose() => _callsOfNow.Dispose();

    // Not disposed: a call that has read it may not have asked for its token yet. Its timer ends by itself.
    private void GiveUpCallsOfNow() => Interlocked.Exchange(ref _callsOfNow, new(Timeout.InfiniteTimeSpan, time)).CancelAfter(Grace);
}
