namespace Wingman.Bench.LoadGenerator;

/// <summary>
/// Socket completions run inline on one thread here (see <see cref="SocketThread"/>). The code after a phase may block, so it
/// must not continue on that thread.
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
/// Makes one thread wait for all sockets and run their completions. This costs half as much per call as the thread pool does. The
/// generator shares the machine with the systems that it measures, so its cost reduces their speed.
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
