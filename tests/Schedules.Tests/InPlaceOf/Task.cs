using System.Runtime.CompilerServices;
using Wingman.Schedules.Exploring;
using RealTask = System.Threading.Tasks.Task;

namespace Wingman.Silo;

/// <summary>
/// Replaces <see cref="RealTask"/> in the explored files: code that would run on the thread pool runs as steps of the schedule, and
/// waits use the schedule's clock instead of the system's.
/// </summary>
/// <param name="inner">The task itself.</param>
[AsyncMethodBuilder(typeof(TaskMethodBuilder))]
internal sealed class Task(RealTask inner)
{
    public RealTask Inner => inner;

    public static Task CompletedTask { get; } = new(RealTask.CompletedTask);

    public bool IsCompleted => inner.IsCompleted;

    public static Task Delay(TimeSpan time, CancellationToken cancellation = default) => new(Explorer.Current.DelayAsync(time, cancellation));

    public static Task Run(Func<Task> code) => new(Explorer.Current.RunAsync(() => code().Inner));

    public static Task WhenAll(params IEnumerable<Task> tasks) => new(RealTask.WhenAll(tasks.Select(static task => task.Inner)));

    public TaskAwaiter GetAwaiter() => inner.GetAwaiter();

    // Otherwise its caller would continue on the thread pool, outside the schedule.
    public ConfiguredTaskAwaitable ConfigureAwait(ConfigureAwaitOptions options) =>
        inner.ConfigureAwait(options | ConfigureAwaitOptions.ContinueOnCapturedContext);
}

/// <summary>Makes the tasks of asynchronous methods.</summary>
internal struct TaskMethodBuilder
{
    private AsyncTaskMethodBuilder _inner;

    public Task Task => new(_inner.Task);

    public static TaskMethodBuilder Create() => new() { _inner = AsyncTaskMethodBuilder.Create() };

    public void Start<TStateMachine>(ref TStateMachine machine)
        where TStateMachine : IAsyncStateMachine => _inner.Start(ref machine);

    public void SetStateMachine(IAsyncStateMachine machine) => _inner.SetStateMachine(machine);

    public void SetResult() => _inner.SetResult();

    public void SetException(Exception exception) => _inner.SetException(exception);

    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine machine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine => _inner.AwaitOnCompleted(ref awaiter, ref machine);

    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine machine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine => _inner.AwaitUnsafeOnCompleted(ref awaiter, ref machine);
}
