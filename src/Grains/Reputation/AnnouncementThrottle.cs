namespace Wingman.Reputation;

/// <summary>
/// Lets the reputations of one silo announce their changes one at a time. Each announcement costs a commit of its own: without
/// this limit, the first reads of thousands of users would slow down the requests.
/// </summary>
internal sealed class AnnouncementThrottle : IDisposable
{
    private const int Busy = 100;

    private readonly SemaphoreSlim _one = new(1);
    private int _waiting;

    /// <summary>
    /// Whether so many announcements wait that unnecessary ones should be left out: those about users without credits. A caller can ask
    /// for the reputations of any number of invented users.
    /// </summary>
    public bool IsBusy => Volatile.Read(ref _waiting) >= Busy;

    /// <summary>Waits for its turn.</summary>
    /// <returns>The turn, to be disposed when done.</returns>
    public async Task<IDisposable> WaitAsync(CancellationToken cancellation)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            await _one.WaitAsync(cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        return new Turn(_one);
    }

    public void Dispose() => _one.Dispose();

    private sealed class Turn(SemaphoreSlim one) : IDisposable
    {
        public void Dispose() => one.Release();
    }
}
