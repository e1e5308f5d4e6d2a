namespace Wingman.Schedules.Exploring;

/// <summary>
/// A thread that runs steps. Of all threads of an explorer one runs at a time; the others wait to be given the turn, idle or in
/// the middle of a step.
/// </summary>
internal sealed class Worker : IDisposable
{
    private readonly SemaphoreSlim _turn = new(0);

    public Worker(Explorer explorer)
    {
        var thread = new Thread(() => explorer.Work(this)) { IsBackground = true, Name = "schedule" };
        thread.Start();
    }

    /// <summary>The step with which it begins when it is given the turn while idle; null for the next one that the strategy chooses.</summary>
    public Step? First { get; set; }

    /// <summary>Lets it run. After that the caller may only wait or end.</summary>
    public void GiveTurn() => _turn.Release();

    public void AwaitTurn() => _turn.Wait();

    public void Dispose() => _turn.Dispose();
}
