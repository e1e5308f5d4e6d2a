namespace Wingman.Testing;

/// <summary>Lets callers pass while it is open. A caller that arrives while it is closed waits until it opens.</summary>
internal sealed class Gate
{
    private volatile TaskCompletionSource _opened = Opened();

    public void Open() => _opened.TrySetResult();

    public void Close()
    {
        if (_opened.Task.IsCompleted) _opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public async ValueTask PassAsync(CancellationToken cancellation)
    {
        while (!_opened.Task.IsCompleted) await _opened.Task.WaitAsync(cancellation);
    }

    private static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource();
        opened.SetResult();
        return opened;
    }
}
