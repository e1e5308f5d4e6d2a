using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Wingman.Testing;

namespace Wingman.Api.Tests.Host;

/// <summary>The service as it runs in production: API and silo in one process, a real database, signed tokens, SIGTERM to stop.</summary>
public sealed class RunningApi : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const string Secret = "a shared secret of more than thirty-two bytes";
    private readonly Dictionary<string, string> _environment;
    private readonly StringBuilder _log = new();
    private Process? _process;

    private RunningApi(string connectionString)
    {
        Address = new Uri($"http://127.0.0.1:{FreePort()}");
        _environment = new()
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] = Address.ToString(),
            ["ConnectionStrings__Wingman"] = connectionString,
            ["Orleans__Endpoints__AdvertisedIPAddress"] = "127.0.0.1",
            ["Orleans__Endpoints__SiloPort"] = $"{FreePort()}",
            ["Orleans__Endpoints__GatewayPort"] = $"{FreePort()}",
            ["Wingman__Operations__Url"] = $"http://127.0.0.1:{FreePort()}",
            ["Authentication__SharedSecret"] = Secret,
            ["Authentication__Issuer"] = Tokens.Issuer,
        };
        Client = new HttpClient { BaseAddress = Address };
    }

    public Uri Address { get; }

    public TestTokens Tokens { get; } = TestTokens.WithSharedSecret(Secret);

    private HttpClient Client { get; }

    public static async Task<RunningApi> StartAsync()
    {
        var api = new RunningApi(await TestPostgres.CreateDatabaseAsync());
        await api.StartProcessAsync();
        return api;
    }

    /// <summary>Stops the service as an operator would, and starts it again.</summary>
    public async Task RestartAsync()
    {
        await StopProcessAsync();
        await StartProcessAsync();
    }

    /// <summary>Sends a request as a user, or as the service role.</summary>
    public async Task<Answer> SendAsync(HttpMethod method, string path, string? json = null, Guid? user = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", user is { } id ? Tokens.ForUser(id) : Tokens.ForService());
        using var response = await Client.SendAsync(request);
        return new((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers, response.Content.Headers);
    }

    public async ValueTask DisposeAsync()
    {
        await StopProcessAsync();
        Client.Dispose();
        Tokens.Dispose();
    }

    private async Task StartProcessAsync()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Wingman.Api.dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in _environment)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Eventually.BecomesAsync("the service is ready", Look, seen => seen == "OK");
    }

    private async Task<string> Look(CancellationToken cancellation)
    {
        if (_process!.HasExited)
            return $"exit code {_process.ExitCode}: {Log()}";
        using var response = await Client.GetAsync("/health/ready", cancellation);
        return response.StatusCode == HttpStatusCode.OK ? "OK" : $"{response.StatusCode}: {Log()}";
    }

    private async Task StopProcessAsync()
    {
        if (_process is not { } process)
            return;
        _process = null;
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        Assert.Equal(0, Kill(process.Id, SigTerm));
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            Assert.True(process.ExitCode == 0, $"Exit code {process.ExitCode} after SIGTERM: {Log()}");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            process.Dispose();
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_log)
            _log.AppendLine(line.Data);
    }

    private string Log()
    {
        lock (_log)
            return _log.ToString();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
