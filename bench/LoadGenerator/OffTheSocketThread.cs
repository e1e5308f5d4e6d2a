namespace Wingman.Bench.LoadGenerator;

/// <summary>
/// Socket completions run inline on one thread here (see <see cref="SocketThread"/>). What follows a phase may block, so
/// it must not go on there.
/// </summary>
internal static class OffTheSocketThread
{
    public static async Task WhenAll(IEnumerable<Task> tasks)
    {
        var finished = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = Task.WhenAll(tasks).ContinueWith(
            all =>
            {
                if (all.Exception is { } failure) finished.SetException(failure.InnerExceptions);
                else finished.SetResult();
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        await finished.Task;
    }
}

/// <summary>
/// Makes one thread wait for all sockets and run what comes of them: half the cost per call of handing every completion to
/// the thread pool. On a machine that the generator shares with what it measures, that cost is everybody's.
/// </summary>
internal static class SocketThread
{
    private static readonly (string Name, string Value)[] Settings =
    [
        ("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1"),
        ("DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT", "1"),
    ];

    /// <summary>Must run before the first socket is made. Started processes must not inherit it.</summary>
    public static void Use()
    {
        foreach (var (name, value) in Settings) Environment.SetEnvironmentVariable(name, value);
    }

    public static void RemoveFrom(IDictionary<string, string?> environment)
    {
        foreach (var (name, _) in Settings) environment.Remove(name);
    }
}
