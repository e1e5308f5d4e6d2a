namespace Wingman.Schedules.Exploring;

/// <summary>Something that can run next: a task's continuation, an action (a timer that is due), or a thread that was interrupted.</summary>
internal sealed class Step
{
    private Step()
    {
    }

    /// <summary>The continuation, if it is one.</summary>
    public Task? Continuation { get; private init; }

    /// <summary>The action, if it is one.</summary>
    public Action? Action { get; private init; }

    /// <summary>The thread that continues, if one was interrupted.</summary>
    public Worker? Interrupted { get; private init; }

    /// <summary>The number of steps that had run when it became ready.</summary>
    public int ReadySince { get; set; }

    /// <summary>Used by the strategy with priorities.</summary>
    public double Priority { get; set; }

    public static Step Of(Task continuation) => new() { Continuation = continuation };

    public static Step Of(Action action) => new() { Action = action };

    public static Step Of(Worker interrupted) => new() { Interrupted = interrupted };
}
