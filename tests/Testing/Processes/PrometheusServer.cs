using System.Diagnostics;
using System.Text.Json;
using Wingman.Development;

namespace Wingman.Testing;

/// <summary>A series that a query found: its labels, and its value at the moment of the query.</summary>
public sealed record PrometheusSample(IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>A Prometheus of its own, with its data in a directory that is deleted with it.</summary>
public sealed class PrometheusServer : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("prometheus-").FullName;
    private readonly LogTail _log = new(50, null);
    private readonly HttpClient _http;
    private Process? _process;

    private PrometheusServer(int port) => _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

    /// <summary>The server, or null if it is not installed.</summary>
    public static string? Program { get; } = Find("prometheus");

    /// <summary>The tool that checks configurations and tests rules, or null if it is not installed.</summary>
    public static string? Tool { get; } = Find("promtool");

    /// <summary>Starts one and waits until it answers.</summary>
    /// <param name="configuration">Its configuration, as YAML; paths in it must be absolute.</param>
    public static async Task<PrometheusServer> StartAsync(string configuration)
    {
        var port = FreePorts.Next();
        return await new PrometheusServer(port).StartedAsync(async server =>
        {
            var settings = Path.Combine(server._directory, "prometheus.yml");
            await File.WriteAllTextAsync(settings, configuration);
            server.Start(
                $"--config.file={settings}", $"--storage.tsdb.path={server._directory}/data", $"--web.listen-address=127.0.0.1:{port}", "--log.level=warn");
            await Eventually.BecomesAsync("Prometheus is ready", server.LookAsync, static seen => seen == "ready");
        });
    }

    /// <summary>Runs the tool to its end.</summary>
    /// <returns>Its exit code, and what it printed.</returns>
    public static async Task<(int ExitCode, string Output)> RunToolAsync(params string[] arguments)
    {
        // The rules' own tests compute for some seconds, and for minutes where other tests use the processors too.
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        return await Command.RunAsync([Tool ?? throw new InvalidOperationException("promtool is not installed."), .. arguments], deadline.Token);
    }

    /// <summary>What a query finds at this moment.</summary>
    /// <exception cref="InvalidOperationException">Prometheus refuses the query; the message has its reason.</exception>
    public async Task<IReadOnlyList<PrometheusSample>> QueryAsync(string query, CancellationToken cancellation = default)
    {
        using var form = new FormUrlEncodedContent([new("query", query)]);
        using var answer = await _http.PostAsync(new Uri("/api/v1/query", UriKind.Relative), form, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{query}: {text}");

        using var json = JsonDocument.Parse(text);
        return [.. json.RootElement.GetProperty("data").GetProperty("result").EnumerateArray().Select(static series => new PrometheusSample(
            series.GetProperty("metric").EnumerateObject().ToDictionary(static label => label.Name, static label => label.Value.GetString()!),
            ParseValue(series.GetProperty("value")[1].GetString()!)))];
    }

    /// <summary>Gets one of its other addresses: <c>/api/v1/rules</c>, <c>/api/v1/targets</c>.</summary>
    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellation = default) =>
        JsonSerializer.Deserialize<JsonElement>(await _http.GetStringAsync(new Uri(path, UriKind.Relative), cancellation)).GetProperty("data");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            if (!process.HasExited) Signals.Send(process.Id, Signal.Kill);
            await process.WaitForExitAsync();
            ProcessWatchdog.Forget(process.Id);
            process.Dispose();
            _process = null;
        }

        _http.Dispose();
        _log.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static string? Find(string program) =>
        ((string[])["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"]).Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);

    private static double ParseValue(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture),
    };

    private void Start(params string[] arguments) =>
        _process = WatchedProcess.Start(Command.Describe([Program ?? throw new InvalidOperationException("prometheus is not installed."), .. arguments]), _log);

    private async Task<string> LookAsync(CancellationToken cancellation)
    {
        if (_process is { HasExited: true }) return $"it has ended: {_log}";

        using var answer = await _http.GetAsync(new Uri("/-/ready", UriKind.Relative), cancellation);
        return answer.IsSuccessStatusCode ? "ready" : $"{answer.StatusCode}: {_log}";
    }
}
