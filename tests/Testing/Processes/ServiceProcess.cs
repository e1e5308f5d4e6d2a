using System.Diagnostics;
using System.Net;

namespace Wingman.Testing;

/// <summary>
/// A host as a real process, with the same addresses after each start. It never outlives the process that started it.
/// </summary>
public sealed class ServiceProcess(ServiceSettings settings) : IAsyncDisposable
{
    private const int TailLines = 200;

    private static readonly string[] OwnPrefixes =
        ["ASPNETCORE_", "DOTNET_ENVIRONMENT", "ConnectionStrings__", "Orleans__", "Wingman__", "Authentication__", "Kestrel__", "Logging__"];

    private static readonly HttpClient Probe = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromSeconds(1) })
    {
        Timeout = TimeSpan.FromSeconds(5),
    };

    private readonly LogTail _log = new(TailLines, settings.LogFile);
    private Process? _process;

    /// <summary>The settings with which it is started.</summary>
    public ServiceSettings Settings => settings;

    /// <summary>Its name in logs and messages.</summary>
    public string Name => settings.Name;

    /// <summary>The public API.</summary>
    public Uri Address { get; } = new($"http://{settings.Address}:{settings.Ports.Http}");

    /// <summary>The operators' port, which also answers for health.</summary>
    public Uri Operations { get; } = new($"http://{settings.Address}:{settings.Ports.Operations}");

    /// <summary>The assembly for its next start; null for the one that the solution has built.</summary>
    public string? Assembly { get; set; }

    /// <summary>Whether it has been started and has not ended.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>How often it was started.</summary>
    public int Lives { get; private set; }

    /// <summary>The exit code of the last process that ended; null while it runs. A signal n counts as 128 + n.</summary>
    public int? ExitCode => _process is { HasExited: true } ended ? ended.ExitCode : null;

    /// <summary>The last lines it wrote.</summary>
    public string Log => _log.ToString();

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Starts it, also again after it has ended.</summary>
    public void Start()
    {
        if (IsRunning) throw new InvalidOperationException($"{Name} runs already.");
        var host = Assembly ?? HostBinaries.PathOf(settings.Kind);
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [host])
        {
            WorkingDirectory = Path.GetDirectoryName(host),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (var name in start.Environment.Keys.Where(IsOurs).ToList()) start.Environment.Remove(name);
        foreach (var (name, value) in settings.ToEnvironment()) start.Environment[name] = value;

        if (_process is { } previous)
        {
            ProcessWatchdog.Forget(previous.Id);
            previous.Dispose();
        }

        _process = WatchedProcess.Start(start, _log);
        Lives++;
    }

    /// <summary>Starts it and waits until it is ready.</summary>
    public async Task StartAndWaitAsync(TimeSpan? within = null, CancellationToken cancellation = default)
    {
        Start();
        await WaitUntilReadyAsync(within, cancellation);
    }

    /// <summary>Waits until <c>/health/ready</c> answers 200.</summary>
    /// <exception cref="InvalidOperationException">It ended before; the message has the end of its log.</exception>
    /// <exception cref="TimeoutException">It is not ready in time; the message has the end of its log.</exception>
    public async Task WaitUntilReadyAsync(TimeSpan? within = null, CancellationToken cancellation = default)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            await Eventually.BecomesAsync(
                $"{Name} is ready",
                async checking =>
                {
                    if (!IsRunning) await ended.CancelAsync();
                    return await HealthAsync("ready", checking);
                },
                static status => status == HttpStatusCode.OK,
                within,
                ended.Token);
        }
        catch (Exception failure) when (failure is TimeoutException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            var how = IsRunning ? failure.Message : $"it ended with exit code {ExitCode}";
            throw new InvalidOperationException($"{Name} did not become ready: {how}\n--- its log ends with\n{Log}", failure);
        }
    }

    /// <summary>The status of <c>/health/live</c> or <c>/health/ready</c>; 503 if there is no answer.</summary>
    public async Task<HttpStatusCode> HealthAsync(string check, CancellationToken cancellation = default)
    {
        try
        {
            using var answer = await Probe.GetAsync(new Uri(Operations, $"/health/{check}"), cancellation);
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return HttpStatusCode.ServiceUnavailable;
        }
    }

    /// <summary>Sends a signal; nothing happens if the process has ended.</summary>
    public void Send(Signal signal)
    {
        if (_process is { HasExited: false } process) Signals.Send(process.Id, signal);
    }

    /// <summary>Ends it at once, as a crash would, and waits until it has ended.</summary>
    public async Task KillAsync()
    {
        Send(Signal.Kill);
        await WaitForExitAsync();
    }

    /// <summary>Asks it to stop and waits until it has stopped.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync(TimeSpan? within = null)
    {
        Send(Signal.Terminate);
        return await WaitForExitAsync(within);
    }

    /// <summary>Waits until it has ended.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="TimeoutException">It still runs; the message has the end of its log.</exception>
    public async Task<int> WaitForExitAsync(TimeSpan? within = null)
    {
        var process = _process ?? throw new InvalidOperationException($"{Name} was never started.");
        try
        {
            await process.WaitForExitAsync().WaitAsync(within ?? Eventually.Deadline);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{Name} did not end.\n--- its log ends with\n{Log}");
        }

        ProcessWatchdog.Forget(process.Id);
        return process.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            if (IsRunning) await KillAsync();
            _process.Dispose();
        }

        _log.Dispose();
    }

    private static bool IsOurs(string variable) => Array.Exists(OwnPrefixes, prefix => variable.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
