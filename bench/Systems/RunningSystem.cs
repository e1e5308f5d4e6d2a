using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Wingman.Bench.Systems;

/// <summary>A system that serves.</summary>
internal sealed class RunningSystem : IAsyncDisposable
{
    private static readonly TimeSpan ReadyDeadline = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private readonly List<HostProcess> _hosts = [];

    private RunningSystem(Uri api, Uri operations) => (Api, Operations) = (api, operations);

    public Uri Api { get; }

    /// <summary>The operators' port of the host that runs the grains; the peer has none.</summary>
    public Uri Operations { get; }

    public IReadOnlyList<int> ProcessIds => [.. _hosts.Select(host => host.Id)];

    public static async Task<RunningSystem> StartAsync(
        SystemUnderTest system, LaunchSettings settings, RepositoryBuild build, string logFile, CancellationToken cancellation)
    {
        var specs = system.Hosts(settings);
        var ports = FreePorts(4 * specs.Count);
        var running = new RunningSystem(Local(ports[4 * (specs.Count - 1)]), Local(ports[1]));
        try
        {
            for (var i = 0; i < specs.Count; i++)
            {
                var own = ports.AsMemory(4 * i, 4);
                var environment = new Dictionary<string, string>(specs[i].Environment, StringComparer.Ordinal)
                {
                    ["ASPNETCORE_URLS"] = Local(own.Span[0]).GetLeftPart(UriPartial.Authority),
                    ["Wingman__Operations__Url"] = Local(own.Span[1]).GetLeftPart(UriPartial.Authority),
                    ["Orleans__Endpoints__AdvertisedIPAddress"] = "127.0.0.1",
                    ["Orleans__Endpoints__SiloPort"] = own.Span[2].ToString(CultureInfo.InvariantCulture),
                    ["Orleans__Endpoints__GatewayPort"] = own.Span[3].ToString(CultureInfo.InvariantCulture),
                };
                var host = HostProcess.Start(build.AssemblyOf(specs[i]), environment, logFile);
                running._hosts.Add(host);
                // A silo before its client, so that the client finds a gateway at its first attempt.
                var isApi = i == specs.Count - 1;
                await WaitUntilReadyAsync(host, Local(own.Span[isApi ? 0 : 1]), cancellation);
            }

            return running;
        }
        catch
        {
            await running.DisposeAsync();
            throw;
        }
    }

    public void ThrowIfEnded()
    {
        foreach (var host in _hosts) host.ThrowIfEnded();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Enumerable.Reverse(_hosts)) await host.DisposeAsync();
    }

    private static async Task WaitUntilReadyAsync(HostProcess host, Uri address, CancellationToken cancellation)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var started = TimeProvider.System.GetTimestamp();
        var seen = "nothing";
        while (TimeProvider.System.GetElapsedTime(started) < ReadyDeadline)
        {
            host.ThrowIfEnded();
            try
            {
                using var answer = await client.GetAsync(new Uri(address, "/health/ready"), cancellation);
                if (answer.StatusCode == HttpStatusCode.OK) return;
                seen = answer.StatusCode.ToString();
            }
            catch (Exception notYet) when (notYet is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
            {
                seen = notYet.Message;
            }

            await Task.Delay(PollInterval, cancellation);
        }

        throw new TimeoutException($"Not ready within {ReadyDeadline.TotalSeconds} s; last seen: {seen}; it said: {host.FailureLine()}");
    }

    private static Uri Local(int port) => new($"http://127.0.0.1:{port}/");

    private static int[] FreePorts(int count)
    {
        var sockets = Enumerable.Range(0, count)
            .Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
            .ToArray();
        try
        {
            foreach (var socket in sockets) socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            return [.. sockets.Select(socket => ((IPEndPoint)socket.LocalEndPoint!).Port)];
        }
        finally
        {
            foreach (var socket in sockets) socket.Dispose();
        }
    }
}
