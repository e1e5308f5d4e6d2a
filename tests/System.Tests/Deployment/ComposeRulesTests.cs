using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Wingman.Silo.Hosting;
using Wingman.SystemTests.Repository;
using Wingman.Testing;

namespace Wingman.SystemTests.Deployment;

/// <summary>A test that needs docker compose, though no engine. Where it is not installed the test is reported as skipped, with what to do.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DockerComposeFactAttribute : FactAttribute
{
    public DockerComposeFactAttribute()
    {
        if (ComposeRulesTests.Program is null) Skip = "docker compose is not installed: apt-get install docker-compose, or run ./wingman test as root on Debian.";
    }
}

/// <summary>What docker-compose.yml promises about isolation and order, and that compose understands it.</summary>
public sealed partial class ComposeRulesTests
{
    internal static string[]? Program { get; } =
        FindOnPath("docker-compose") is { } old ? [old] : FindOnPath("docker") is { } docker ? [docker, "compose"] : null;

    public static TheoryData<string> Services => [.. ComposeFile.Services.Keys];

    [DockerComposeFact]
    public async Task Compose_UnderstandsTheFile()
    {
        var start = new ProcessStartInfo(Program![0], [.. Program[1..], "-f", "docker-compose.yml", "--profile", "monitoring", "config", "-q"])
        {
            WorkingDirectory = HostBinaries.Repository,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["AUTHENTICATION_ISSUER"] = "https://issuer.example";
        using var compose = Process.Start(start)!;
        var output = compose.StandardOutput.ReadToEndAsync();
        var errors = compose.StandardError.ReadToEndAsync();
        await compose.WaitForExitAsync().WaitAsync(Eventually.Deadline);

        Assert.True(compose.ExitCode == 0, await output + await errors);
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void EveryService_IsConfined(string name)
    {
        var service = ComposeFile.Services[name];

        Assert.Equal("true", service["read_only"]);
        Assert.Equal(["ALL"], ComposeFile.Names(service["cap_drop"]));
        Assert.Contains("no-new-privileges:true", ComposeFile.Names(service["security_opt"]));
        Assert.True(service.ContainsKey("cpus") && service.ContainsKey("mem_limit"), $"{name} has no limits");
        Assert.DoesNotContain("privileged", service.Keys);
        Assert.Equal("unless-stopped", service["restart"]);
    }

    [Fact]
    public void ImagesOfOthers_AreOneReleaseEach()
    {
        var others = ComposeFile.Services.Where(static service => !service.Value.ContainsKey("build")).Select(static service => (string)service.Value["image"]).ToList();

        Assert.Equal(["caddy", "grafana/grafana", "postgres", "prom/prometheus"], others.Select(static image => image.Split(':')[0]).Order(StringComparer.Ordinal));
        Assert.All(others, static image => Assert.Matches(Release(), image));
    }

    [Fact]
    public void Postgres_AcceptsAllConnectionsThatTheHostsMayOpen_AndSomeOfOperators()
    {
        const int OfOperators = 10;
        var ofSilo = int.Parse(PoolSize().Match(RepositoryFiles.Read("docs/deployment.md")).Groups["size"].Value, CultureInfo.InvariantCulture);
        var accepted = int.Parse(MaxConnections().Match(string.Join(' ', ComposeFile.Names(ComposeFile.Services["postgres"]["command"]))).Groups["number"].Value, CultureInfo.InvariantCulture);

        var silos = ComposeFile.OurServices.Count(static name => name.StartsWith("silo", StringComparison.Ordinal));
        var most = (silos * ofSilo) + ((ComposeFile.OurServices.Count - silos) * (DatabaseConnections.Reserved + 1));

        Assert.InRange(most + OfOperators, 1, accepted);
        Assert.Contains($"Maximum Pool Size={ofSilo}'", RepositoryFiles.Read("docker-compose.yml"), StringComparison.Ordinal);
    }

    [Fact]
    public void OnlyTheProxy_IsPublished_AndItSeesNoOperatorsPortAndNoDatabase()
    {
        Assert.Equal(["proxy"], ComposeFile.Services.Where(static service => service.Value.ContainsKey("ports") && !service.Value.ContainsKey("profiles")).Select(static service => service.Key));
        Assert.Equal(["edge"], NetworksOf("proxy"));
        Assert.Equal(["cluster"], NetworksOf("postgres"));
        Assert.All(ComposeFile.OurServices, static name => Assert.Contains("cluster", NetworksOf(name)));
        Assert.All(ComposeFile.OurServices.Where(static name => name.StartsWith("silo", StringComparison.Ordinal)), static name => Assert.Equal(["cluster"], NetworksOf(name)));
        Assert.Equal("true", ComposeFile.Map(ComposeFile.Networks["cluster"])["internal"]);
        // In the network that they share with the proxy, API hosts do not listen for operators.
        Assert.All(ComposeFile.OurServices.Where(static name => name.StartsWith("api", StringComparison.Ordinal)), static name => Assert.StartsWith(
            $"http://{ComposeFile.Map(ComposeFile.Map(ComposeFile.Services[name]["networks"])["cluster"])["ipv4_address"]}:",
            (string)ComposeFile.Map(ComposeFile.Services[name]["environment"])["Wingman__Operations__Url"],
            StringComparison.Ordinal));
    }

    [Fact]
    public void EveryoneStarts_OnlyWhenWhatTheyNeedIsHealthy()
    {
        Assert.Equal(["api-1", "api-2"], AwaitedBy("proxy"));
        Assert.All(ComposeFile.OurServices, static name => Assert.Equal(
            name.StartsWith("silo", StringComparison.Ordinal) ? ["postgres"] : ["silo-1", "silo-2", "silo-3"], AwaitedBy(name)));
    }

    [Fact]
    public void ComposeWaits_LongerThanAStopMayTake() =>
        Assert.All(ComposeFile.OurServices, static name => Assert.True(StopTime.IsEnough(int.Parse(((string)ComposeFile.Services[name]["stop_grace_period"]).TrimEnd('s'), CultureInfo.InvariantCulture))));

    [Fact]
    public void NoSecret_IsInTheEnvironment() =>
        Assert.All(ComposeFile.Services, static service => Assert.DoesNotContain("Password=", string.Join('\n', ComposeFile.Map(service.Value.GetValueOrDefault("environment")).Values), StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void Operator_IsASettingOfEveryHost_AndIsEmptyByDefault() => Assert.All(ComposeFile.OurServices, static name =>
        Assert.Equal("${WINGMAN_OPERATOR_HASH:-}", ComposeFile.Map(ComposeFile.Services[name]["environment"])["Wingman__Operators__operator"]));

    [Fact]
    public void WhatTheFileRequires_IsWrittenWhereEveryCommandReadsIt()
    {
        var file = RepositoryFiles.Read("docker-compose.yml");
        var block = DocumentedCommands.Block("docs/deployment.md", "mkdir -p deploy/secrets");
        var written = Assert.Single(DocumentedCommands.In("docs/deployment.md"), static command => command.Text.EndsWith(" > .env", StringComparison.Ordinal)).Text;

        Assert.NotEmpty(Required().Matches(file));
        Assert.All(Required().Matches(file), variable => Assert.Contains($" {variable.Groups["name"].Value}=", written, StringComparison.Ordinal));
        Assert.Contains(".env", RepositoryFiles.Read(".gitignore").Split('\n'));
        // The head of the file has the same commands.
        Assert.Contains(string.Join('\n', block.TrimEnd().Split('\n').Select(static line => $"#   {line}")), file, StringComparison.Ordinal);
    }

    [Fact]
    public void CommandOfADocument_RunsInAServiceThatThereIs()
    {
        var named = DocumentedCommands.Documents.SelectMany(DocumentedCommands.In)
            .Select(static command => InService().Match(command.Text))
            .Where(static command => command.Success)
            .Select(static command => command.Groups["service"].Value)
            .ToList();

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(ComposeFile.OurServices));
    }

    private static IReadOnlyList<string> NetworksOf(string service) => ComposeFile.Names(ComposeFile.Services[service]["networks"]);

    private static IEnumerable<string> AwaitedBy(string service) => ComposeFile.Map(ComposeFile.Services[service]["depends_on"])
        .Where(static other => (string)ComposeFile.Map(other.Value)["condition"] == "service_healthy").Select(static other => other.Key).Order();

    internal static string? FindOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);

    [GeneratedRegex(@"\$\{(?<name>\w+):\?")]
    private static partial Regex Required();

    [GeneratedRegex(@"^docker compose (exec|run)( --\S+)* (?<service>\S+)")]
    private static partial Regex InService();

    [GeneratedRegex(@"GSS Encryption Mode=Disable;Maximum Pool Size=(?<size>\d+)'")]
    private static partial Regex PoolSize();

    // The releases of Postgres have two numbers.
    [GeneratedRegex(@"^(postgres:\d+\.\d+|(?!postgres:)[a-z/]+:v?\d+\.\d+\.\d+)(-alpine)?$")]
    private static partial Regex Release();

    [GeneratedRegex(@"max_connections=(?<number>\d+)")]
    private static partial Regex MaxConnections();
}
