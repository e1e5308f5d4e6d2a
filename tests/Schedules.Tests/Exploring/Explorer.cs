using System.Runtime.CompilerServices;

namespace Wingman.Schedules.Exploring;

/// <summary>
/// Runs asynchronous code under a schedule: a strategy chooses which of the possible steps runs next, one at a time, and decides
/// when time passes. The same strategy with the same seed runs the same schedule.
/// </summary>
/// <remarks>
/// A step ends where its code awaits. Code between two awaits can be interrupted at <see cref="Interrupt"/>, as the operating system
/// interrupts a thread: another step then runs on another thread, while the first one waits for its turn.
/// </remarks>
internal sealed class Explorer : TaskScheduler, IDisposable
{
    private const int MostSteps = 50_000;

    /// <summary>The most other steps that may run before a ready step: an operating system does not starve a thread for ever.</summary>
    private const int MostNeglected = 400;

    private static readonly TimeSpan LongestTime = TimeSpan.FromMinutes(2);

    [ThreadStatic]
    private static Explorer? _current;

    [ThreadStatic]
    private static Worker? _worker;

    private readonly List<Step> _ready = [];
    private readonly PriorityQueue<Action, (long DueAt, long Ordinal)> _timers = new();
    private readonly Stack<Worker> _idle = [];
    private readonly SemaphoreSlim _ended = new(0);
    private readonly List<string> _notes = [];
    private Strategy _strategy = new RandomWalk(0);
    private bool _isBeginning;
    private bool _isDisposed;
    private bool _isAbandoned;
    private bool _isTraced;
    private long _ordinal;
    private int _steps;

    /// <summary>The explorer of the schedule that this thread runs.</summary>
    public static new Explorer Current => _current ?? throw new InvalidOperationException("This thread runs no schedule.");

    /// <summary>The schedule's time, since its begin.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>The first violation of the schedule; null if there is none.</summary>
    public string? Violation { get; private set; }

    /// <summary>What was noted in the schedule, if it is traced.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Every choice among steps and values that the schedule made, as one number: two schedules that differ in it are different.</summary>
    public ulong Fingerprint { get; private set; }

    /// <summary>Runs a schedule until nothing is left to run.</summary>
    /// <param name="strategy">Chooses.</param>
    /// <param name="scenario">The code.</param>
    /// <param name="isTraced">Whether notes are kept.</param>
    /// <returns>The violation, or null.</returns>
    public string? Run(Strategy strategy, Func<Task> scenario, bool isTraced = false)
    {
        (_strategy, _isTraced) = (strategy, isTraced);
        _ready.Clear();
        _timers.Clear();
        _notes.Clear();
        (Now, _steps, _isAbandoned, Violation, Fingerprint) = (TimeSpan.Zero, 0, false, null, 14695981039346656037);

        var root = new Task<Task>(scenario);
        _isBeginning = true;
        root.Start(this);
        _isBeginning = false;
        TakeIdle().GiveTurn();
        _ended.Wait();
        var end = root.IsCompletedSuccessfully ? root.Result : root;
        if (end.Exception is { } exception) Violation ??= $"The scenario failed: {exception.InnerException}";
        else if (!end.IsCompleted) Violation ??= "Nothing is left that could run, and the scenario has not ended.";
        return Violation;
    }

    /// <summary>Where code that runs without an await can be interrupted.</summary>
    public void Interrupt()
    {
        if (_worker is not { } worker || _isAbandoned || _ready.Count == 0 || !_strategy.Interrupts()) return;

        var rest = Step.Of(worker);
        Add(rest);
        var next = Next();
        if (next == rest || next is null) return;

        if (next.Interrupted is { } other)
        {
            other.GiveTurn();
        }
        else
        {
            other = TakeIdle();
            other.First = next;
            other.GiveTurn();
        }

        worker.AwaitTurn();
    }

    /// <summary>A choice of the schedule: from 0 up to one less than <paramref name="count"/>.</summary>
    public int Choose(int count) => Record(_strategy.Choose(count));

    /// <summary>Ends after a time, or when cancelled.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task DelayAsync(TimeSpan time, CancellationToken cancellation = default)
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        At(time, () => over.TrySetResult());
        await using var registration = cancellation.Register(() => over.TrySetCanceled(cancellation));
        await over.Task;
    }

    /// <summary>Runs an action after a time.</summary>
    public void At(TimeSpan time, Action action) => _timers.Enqueue(action, ((Now + time).Ticks, _ordinal++));

    /// <summary>Runs code beside the caller's.</summary>
    public Task RunAsync(Func<Task> code) => Task.Factory.StartNew(code, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <summary>Records that the schedule has violated something. The rest of the schedule is not run.</summary>
    public void Violate(string what)
    {
        Violation ??= what;
        _isAbandoned = true;
    }

    /// <summary>Notes what happens, for readers of the schedule.</summary>
    public void Note([InterpolatedStringHandlerArgument("")] ref NoteHandler what)
    {
        if (_isTraced) _notes.Add($"{Now.TotalMilliseconds,9:0.0} ms  {what.Text}");
    }

    /// <summary>Whether notes are kept.</summary>
    public bool IsTraced => _isTraced;

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        foreach (var worker in _idle) worker.GiveTurn();
    }

    /// <summary>The work of a thread.</summary>
    public void Work(Worker worker)
    {
        (_current, _worker) = (this, worker);
        while (true)
        {
            worker.AwaitTurn();
            if (_isDisposed)
            {
                worker.Dispose();
                return;
            }

            var next = worker.First ?? Next();
            worker.First = null;
            while (next is { Interrupted: null })
            {
                if (next.Continuation is { } continuation) TryExecuteTask(continuation);
                else next.Action!();
                next = Next();
            }

            _idle.Push(worker);
            if (next is null) _ended.Release();
            else next.Interrupted!.GiveTurn();
        }
    }

    // A task that is queued from elsewhere, such as the thread pool, would arrive at a time that no seed decides.
    protected override void QueueTask(Task task)
    {
        if (_current != this && !_isBeginning) throw new InvalidOperationException("A continuation came from a thread that runs no schedule.");

        Add(Step.Of(task));
    }

    // As on a thread of the pool: the continuation of an ended task runs at once.
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && _current == this && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => _ready.Select(static step => step.Continuation).OfType<Task>();

    private Worker TakeIdle() => _idle.TryPop(out var worker) ? worker : new(this);

    private void Add(Step step)
    {
        step.ReadySince = _steps;
        step.Priority = _strategy.NewPriority();
        _ready.Add(step);
    }

    private Step? Next()
    {
        // Only interrupted code still runs, up to its next await, so that no thread stays in the middle of a step.
        if (_isAbandoned || IsTooLong())
        {
            _ready.RemoveAll(static step => step.Interrupted is null);
            return _ready.Count == 0 ? null : Take(0);
        }

        while (_timers.TryPeek(out var action, out var due))
        {
            var until = TimeSpan.FromTicks(Math.Max(0, due.DueAt - Now.Ticks));
            if (_ready.Count > 0 && !_strategy.LetsTimePass(until)) break;

            _timers.Dequeue();
            Now += until;
            Add(Step.Of(action));
        }

        if (_ready.Count == 0) return null;

        var isNeglected = _steps - _ready[0].ReadySince > MostNeglected;
        return Take(isNeglected || _ready.Count == 1 ? 0 : Record(_strategy.ChooseStep(_ready)));
    }

    private bool IsTooLong()
    {
        if (++_steps <= MostSteps && Now <= LongestTime) return false;

        Violate($"The scenario has not ended after {_steps} steps and {Now.TotalSeconds:0.0} s of its time.");
        return true;
    }

    private Step Take(int index)
    {
        var step = _ready[index];
        _ready.RemoveAt(index);
        return step;
    }

    private int Record(int choice)
    {
        Fingerprint = (Fingerprint ^ (uint)choice) * 1099511628211;
        return choice;
    }
}
