namespace Wingman.Silo.Storage.Batching;

/// <summary>Threads by which the pool may grow at once, beyond the one per processor, while the driver blocks some.</summary>
/// <param name="threads">How many may be blocked.</param>
internal sealed class ThreadReserve(int threads)
{
    private bool _isTaken;
    private int _before;

    /// <summary>Lets the pool grow at once.</summary>
    public void Take()
    {
        if (_isTaken) return;

        ThreadPool.GetMinThreads(out _before, out var io);
        _isTaken = ThreadPool.SetMinThreads(_before + threads, io);
    }

    /// <summary>Lets it grow as slowly as before: usually more threads than processors bring no gain.</summary>
    public void Return()
    {
        if (!_isTaken) return;

        ThreadPool.GetMinThreads(out _, out var io);
        _isTaken = !ThreadPool.SetMinThreads(_before, io);
    }
}
