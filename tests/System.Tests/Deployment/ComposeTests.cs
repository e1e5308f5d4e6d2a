using Npgsql;
using Wingman.SystemTests.Clusters;
using Wingman.SystemTests.Operators;
using Wingman.Testing;
using Wingman.Testing.History;

namespace Wingman.SystemTests.Deployment;

/// <summary>docker-compose.yml's topology without docker: its environment, process by process, with the addresses mapped to this machine's.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class ComposeTests : IDisposable
{
    /// <summary>
    /// In compose each service has an address of its own, so each gets one here too, and all keep their default ports. The addresses
    /// come from the process's id: another run of these tests on the same machine has others.
    /// </summary>
    private static readonly string Subnet = $"127.{100 + (Environment.ProcessId / 250 % 150)}.{Environment.ProcessId % 250}.";

    private readonly DirectoryInfo _secrets = Directory.CreateTempSubdirectory("secrets-");

    [Fact]
    public async Task EnvironmentOfTheComposeFile_RunAsProcesses_FormsAClusterThatServes()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var variables = new Dictionary<string, string>
        {
            ["AUTHENTICATION_JWKS_URL"] = "",
            ["AUTHENTICATION_SHARED_SECRET"] = TestCluster.Secret,
            ["AUTHENTICATION_BACKEND_KEY_HASH"] = "",
            ["AUTHENTICATION_ISSUER"] = cluster.Issuer,
            ["WINGMAN_OPERATOR_HASH"] = OperatedFixture.Hash,
        };
        Assert.Equal(["api-1", "api-2", "silo-1", "silo-2", "silo-3"], ComposeFile.OurServices);
        WriteSecret(cluster.ConnectionString);
        var processes = ComposeFile.OurServices
            .Select(name => cluster.Add(SettingsOf(name, ComposeFile.EnvironmentOf(name, variables))))
            .ToDictionary(static process => process.Name);

        await cluster.StartAllAsync();
        var session = await cluster.NewSessionAsync();
        await cluster.ConfirmAsync(session, Participant.User1);
        var completed = await cluster.ConfirmAsync(session, Participant.User2);

        Assert.Equal("completed", completed.Body.GetProperty("session_status").GetString());
        Assert.Equal(3, (await cluster.SilosAsync()).Count(static silo => silo.Status == SiloStatus.Active));
        await AssertOperatorSignsInAsync(processes["api-1"]);
        await AssertOperatorSignsInAsync(processes["silo-1"]);
        await AssertHealthCommandAsync(HostKind.Api, processes["api-1"]);
        await AssertHealthCommandAsync(HostKind.Silo, processes["silo-1"]);
    }

    /// <inheritdoc/>
    public void Dispose() => _secrets.Delete(recursive: true);

    private static async Task AssertOperatorSignsInAsync(ServiceProcess process)
    {
        using var client = new OperatorClient(process.Operations);

        var answer = await client.SignInAsync("operator", OperatedFixture.Secret);

        Assert.Equal((303, "/dashboard/"), (answer.Status, answer.Location));
        Assert.Equal(200, (await client.FetchAsync("/support")).Status);
    }

    // Runs the command of the images' health checks.
    private static async Task AssertHealthCommandAsync(HostKind kind, ServiceProcess process)
    {
        string[] command = ["health", $"--Wingman:Operations:Url={process.Operations}"];
        Assert.Equal(0, (await WingmanCommand.RunAsync(kind, null, command)).ExitCode);
        await process.KillAsync();
        Assert.Equal(1, (await WingmanCommand.RunAsync(kind, null, command)).ExitCode);
    }

    // The connection string that the head of the compose file describes, for this machine's server.
    private void WriteSecret(string database)
    {
        var here = new NpgsqlConnectionStringBuilder(database);
        var text = new NpgsqlConnectionStringBuilder("Host=postgres;Database=wingman;Username=wingman;Password=unused-by-a-trusted-socket;GSS Encryption Mode=Disable;Maximum Pool Size=80")
        {
            Host = here.Host,
            Port = here.Port,
            Database = here.Database,
        }.ConnectionString;
        foreach (var name in ComposeFile.OurServices)
            File.WriteAllText(Path.Combine(_secrets.FullName, ComposeFile.SecretsOf(name)["connection-string"]), text + "\n");
    }

    private ServiceSettings SettingsOf(string name, IReadOnlyDictionary<string, string> environment)
    {
        var isSilo = name.StartsWith("silo", StringComparison.Ordinal);
        var own = isSilo ? environment["Orleans__Endpoints__AdvertisedIPAddress"].Split('.')[^1] : new Uri(environment["Wingman__Operations__Url"]).Host.Split('.')[^1];
        var settings = new ServiceSettings(isSilo ? HostKind.Silo : HostKind.Api, name) { Address = Subnet + own, Ports = new HostPorts(8000, 8081, 0, 0) }
            .With("Orleans:Endpoints:AdvertisedIPAddress", null)
            .With("Orleans:Endpoints:SiloPort", null)
            .With("Orleans:Endpoints:GatewayPort", null);
        return environment.Aggregate(settings, (all, setting) => all.With(
            setting.Key.Replace("__", ":", StringComparison.Ordinal), Mapped(setting.Value, Subnet + own)));
    }

    private string Mapped(string value, string address) => value
        .Replace("/run/secrets", _secrets.FullName, StringComparison.Ordinal)
        .Replace("0.0.0.0", address, StringComparison.Ordinal)
        .Replace("172.30.71.", Subnet, StringComparison.Ordinal);
}
