namespace Wingman.Reputation;

/// <summary>
/// Lets the reputations of one silo announce their changes one at a time. Each announcement costs a commit of its own: without
/// this limit, the first reads of thousands of users would slow down the requests.
/// </summary>
internal sealed class AnnouncementPace : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Waits for its turn.</summary>
    /// <returns>The turn, to be disposed when done.</returns>
    public async Task<IDisposable> WaitAsync(CancellationToken token)
    {
        await _one.WaitAsync(token);
        return new Turn(_one);
    }

    public void Dispose() => _one.Dispose();

    private sealed class Turn(SemaphoreSlim one) : IDisposable
    {
        public void Dispose() => one.Release();
    }
}
