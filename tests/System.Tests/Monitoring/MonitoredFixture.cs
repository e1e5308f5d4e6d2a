using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Wingman.SystemTests.Clusters;
using Wingman.SystemTests.Deployment;
using Wingman.SystemTests.Repository;
using Wingman.Testing;
using Wingman.Testing.History;
using Xunit.Sdk;
using YamlDotNet.Serialization;

namespace Wingman.SystemTests.Monitoring;

/// <summary>
/// The split topology with users, a receiver of webhooks that accepts and one that is not there, and a Prometheus that monitors
/// it with the repository's own configuration and rules: only the addresses are this machine's, and it scrapes every second.
/// </summary>
public sealed class MonitoredFixture : IAsyncLifetime
{
    public const string AcceptingReceiver = "crm";
    public const string AbsentReceiver = "nobody";

    private volatile bool _isOver;
    private WebApplication? _receiver;
    private Task _users = Task.CompletedTask;
    private string? _lastFailure;

    internal TestCluster Cluster { get; private set; } = null!;

    internal PrometheusServer Prometheus { get; private set; } = null!;

    /// <summary>A host that runs grains and has no users.</summary>
    internal ServiceProcess Silo => Cluster.Process("silo");

    /// <summary>A host that has users and runs no grains.</summary>
    internal ServiceProcess Api => Cluster.Process("api");

    /// <summary>The last failure of a user's request, for messages.</summary>
    internal string Users => $"the last user's failure: {_lastFailure ?? "none"}";

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        // Without Prometheus its tests are skipped.
        if (PrometheusServer.Program is null) return;

        try
        {
            await StartAsync();
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        _isOver = true;
        try
        {
            await _users;
        }
        finally
        {
            if (Prometheus is not null) await Prometheus.DisposeAsync();
            if (Cluster is not null) await Cluster.DisposeAsync();
            if (_receiver is not null) await _receiver.DisposeAsync();
        }
    }

    private async Task StartAsync()
    {
        var receiver = FreePorts.Next();
        _receiver = await ListenAsync(receiver);
        Cluster = await TestCluster.CreateAsync();
        Cluster.Add(new[] { (AcceptingReceiver, receiver), (AbsentReceiver, FreePorts.Next()) }.Index().Aggregate(
            Settings(HostKind.Silo, "silo"), static (settings, one) => WithReceiver(settings, one.Index, one.Item.Item1, one.Item.Item2)));
        Cluster.Add(Settings(HostKind.Api, "api"));
        await Cluster.StartAllAsync();
        _users = Task.Run(ServeUsersAsync);
        Prometheus = await PrometheusServer.StartAsync(Configuration());
    }

    private static async Task<WebApplication> ListenAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var receiver = builder.Build();
        receiver.Run(static http =>
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
        await receiver.StartAsync();
        return receiver;
    }

    private static ServiceSettings WithReceiver(ServiceSettings settings, int index, string name, int port) => new Dictionary<string, string>
    {
        ["Name"] = name,
        ["Url"] = $"http://127.0.0.1:{port}/",
        ["Secrets:0"] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ["AllowHttp"] = "true",
        ["AllowPrivateAddresses"] = "true",
    }.Aggregate(settings, (all, setting) => all.With($"Wingman:Webhooks:Receivers:{index}:{setting.Key}", setting.Value));

    private ServiceSettings Settings(HostKind kind, string name) =>
        ServiceSettings.ForCluster(kind, name, Cluster.ConnectionString, TestCluster.Secret, Cluster.Tokens, cohosted: false)
            .With("Wingman:Webhooks:FirstRetry", "00:00:00.1")
            .With("Wingman:Webhooks:LongestRetry", "00:00:01");

    // Rates need figures that change, for as long as the tests query them.
    private async Task ServeUsersAsync()
    {
        while (!_isOver)
        {
            try
            {
                var session = await Cluster.NewSessionAsync();
                await Cluster.ConfirmAsync(session, Participant.User1);
                await Cluster.ConfirmAsync(session, Participant.User2);
                await Cluster.ReadReputationAsync(session.Pair.User1);
                await Cluster.GetAsync($"/api/session/{Guid.NewGuid()}", session.Pair.User1);
                await Task.Delay(50);
            }
            catch (Exception failure) when (failure is XunitException or TimeoutException)
            {
                // A test ends a host: a request that was sent to it may have been carried out, and its retry is then refused.
                _lastFailure = failure.Message;
            }
        }
    }

    private string Configuration()
    {
        var configuration = MonitoringFiles.Read(MonitoringFiles.Configuration);
        var global = ComposeFile.Map(configuration["global"]);
        global["scrape_interval"] = global["scrape_timeout"] = global["evaluation_interval"] = "1s";
        configuration["global"] = global;
        configuration["rule_files"] = ((List<object>)configuration["rule_files"]).ConvertAll(static file => RepositoryFiles.PathOf($"deploy/prometheus/{file}"));
        configuration["scrape_configs"] = MonitoringFiles.List(configuration["scrape_configs"]).ConvertAll(job => new Dictionary<string, object>(job)
        {
            ["static_configs"] = new[] { new Dictionary<string, object> { ["targets"] = new[] { Silo.Operations.Authority, Api.Operations.Authority } } },
        });
        return new SerializerBuilder().Build().Serialize(configuration);
    }
}
