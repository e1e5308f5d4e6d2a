using Npgsql;
using Orleans.Runtime;
using Wingman.Chaos.History;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;

namespace Wingman.SystemTests;

/// <summary>docker-compose.yml's topology without docker: its environment, process by process, with the addresses mapped to this machine's.</summary>
[Collection(RealProcesses.Name)]
public sealed class ComposeTests
{
    /// <summary>Each service has an address of its own there, so each gets one here and all keep their default ports.</summary>
    private const string Subnet = "127.30.71.";

    [Fact]
    public async Task EnvironmentOfTheComposeFile_RunAsProcesses_FormsAClusterThatServes()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var environments = ComposeFile.ReadEnvironments(new Dictionary<string, string>
        {
            ["POSTGRES_PASSWORD"] = "unused-by-a-trusted-socket",
            ["AUTHENTICATION_JWKS_URL"] = "",
            ["AUTHENTICATION_SHARED_SECRET"] = TestCluster.Secret,
            ["AUTHENTICATION_BACKEND_KEY_HASH"] = "",
            ["AUTHENTICATION_ISSUER"] = cluster.Issuer,
        });
        Assert.Equal(["api-1", "api-2", "silo-1", "silo-2"], environments.Keys.Order());
        foreach (var (name, environment) in environments)
            cluster.Add(SettingsOf(name, environment, cluster.ConnectionString));

        await cluster.StartAllAsync();
        var session = await cluster.NewSessionAsync();
        await cluster.ConfirmAsync(session, Participant.User1);
        var completed = await cluster.ConfirmAsync(session, Participant.User2);

        Assert.Equal("completed", completed.Body.GetProperty("session_status").GetString());
        Assert.Equal(2, (await cluster.SilosAsync()).Count(static silo => silo.Status == SiloStatus.Active));
    }

    private static ServiceSettings SettingsOf(string name, IReadOnlyDictionary<string, string> environment, string database)
    {
        var isSilo = name.StartsWith("silo", StringComparison.Ordinal);
        var own = environment.GetValueOrDefault("Orleans__Endpoints__AdvertisedIPAddress")?.Split('.')[^1] ?? (name == "api-1" ? "21" : "22");
        var settings = new ServiceSettings(isSilo ? HostKind.Silo : HostKind.Api, name) { Address = Subnet + own, Ports = new HostPorts(8000, 8081, 0, 0) }
            .With("Orleans:Endpoints:AdvertisedIPAddress", null)
            .With("Orleans:Endpoints:SiloPort", null)
            .With("Orleans:Endpoints:GatewayPort", null);
        return environment.Aggregate(settings, (all, setting) => all.With(
            setting.Key.Replace("__", ":", StringComparison.Ordinal), Mapped(setting.Key, setting.Value, Subnet + own, database)));
    }

    private static string Mapped(string name, string value, string address, string database)
    {
        if (name != "ConnectionStrings__Wingman")
            return value.Replace("0.0.0.0", address, StringComparison.Ordinal).Replace("172.30.71.", Subnet, StringComparison.Ordinal);
        var here = new NpgsqlConnectionStringBuilder(database);
        return new NpgsqlConnectionStringBuilder(value) { Host = here.Host, Port = here.Port, Database = here.Database }.ConnectionString;
    }
}
