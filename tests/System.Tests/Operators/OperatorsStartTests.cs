using System.Diagnostics.CodeAnalysis;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;

namespace Wingman.SystemTests.Operators;

/// <summary>What a host does with the operators' settings when it starts, and how Development differs.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class OperatorsStartTests
{
    [Theory]
    [InlineData(HostKind.Api, "Wingman:Operations:Dashboard", "true", "Wingman:Operators")]
    [InlineData(HostKind.Silo, "Wingman:Operations:Dashboard", "true", "Wingman:Operators")]
    [InlineData(HostKind.Silo, "Wingman:Operators:alice", "wm_operator_in-clear", "never the secret itself")]
    [InlineData(HostKind.Silo, "Wingman:Operators:alice", "AQAAAAIAAAPoAAAAEN/vGrF8mneyBjRVY7sxd94C7K/mByIlIn6d9EUEZCH1F3VI0hGVHEA59G+uLViT1w==", "./wingman operator alice")]
    [InlineData(HostKind.Api, "Wingman:Operations:Url", null, "a port of its own")]
    [InlineData(HostKind.Silo, "Wingman:Operations:Url", "http://127.0.0.1:0", "a port of its own")]
    [SuppressMessage("Design", "CA1054", Justification = "A setting's text.")]
    public async Task Start_WithSettingsThatOpenTheOperatorsPagesWrongly_IsRefusedInOneSentence(HostKind kind, string setting, string? value, string says)
    {
        using var tokens = TestTokens.WithSharedSecret(TestCluster.Secret);
        var settings = ServiceSettings.ForCluster(kind, "host", "Host=127.0.0.1;Database=none;Username=none", TestCluster.Secret, tokens);

        var sentence = await RefusalOfAsync(settings.With(setting, value ?? $"http://localhost:{settings.Ports.Http}"));

        Assert.Contains(says, sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("in-clear", sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0", "a port of its own")]
    [InlineData("127.0.0.1", "add an endpoint for users")]
    public async Task Start_WhereKestrelsOnlyEndpointIsAtTheOperatorsPort_IsRefusedInOneSentence(string address, string says)
    {
        using var tokens = TestTokens.WithSharedSecret(TestCluster.Secret);
        var settings = ServiceSettings.ForCluster(HostKind.Api, "host", "Host=127.0.0.1;Database=none;Username=none", TestCluster.Secret, tokens);

        var sentence = await RefusalOfAsync(settings.With("Kestrel:Endpoints:Users:Url", $"http://{address}:{settings.Ports.Operations}"));

        Assert.Contains(says, sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EndpointsOfKestrel_ReplaceTheUrlsOfUsers_AndLeaveOperatorsTheirPort()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var settings = ServiceSettings.ForCluster(HostKind.Api, "added", cluster.ConnectionString, TestCluster.Secret, cluster.Tokens);
        var added = cluster.Add(settings.With("Kestrel:Endpoints:Users:Url", $"http://{settings.Address}:{settings.Ports.Http}"));
        var both = settings with { Name = "configured", Ports = HostPorts.Free() };
        var configured = cluster.Add(both
            .With("Kestrel:Endpoints:Users:Url", $"http://{both.Address}:{both.Ports.Http}")
            .With("Kestrel:Endpoints:Operators:Url", $"http://{both.Address}:{both.Ports.Operations}"));
        await cluster.StartAllAsync();

        await Assert.AllAsync([added, configured], static async host =>
        {
            using var users = new OperatorClient(host.Address);
            using var operators = new OperatorClient(host.Operations);
            Assert.Equal(200, (await operators.FetchAsync("/metrics")).Status);
            Assert.Equal((200, 404), ((await users.FetchAsync("/health/live")).Status, (await users.FetchAsync("/metrics")).Status));
        });
    }

    [Fact]
    public async Task WithoutOperators_PagesAreRefusedOutsideDevelopment_AndOpenOnThisMachineInDevelopment()
    {
        await using var cluster = await TestCluster.CreateAsync();
        // Empty, as docker-compose.yml sets it where no hash is given.
        var production = cluster.Add(ServiceSettings
            .ForCluster(HostKind.Silo, "production", cluster.ConnectionString, TestCluster.Secret, cluster.Tokens, cohosted: false)
            .With("Wingman:Operators:operator", ""));
        var development = cluster.Add(production.Settings with { Name = "development", Ports = HostPorts.Free(), Environment = "Development" });
        await cluster.StartAllAsync();
        using var stranger = new OperatorClient(production.Operations);
        using var developer = new OperatorClient(development.Operations);

        var refused = await stranger.BrowseAsync("/sign-in");
        Assert.Equal(403, refused.Status);
        Assert.Contains("No operator is configured", refused.Body, StringComparison.Ordinal);
        Assert.Equal(404, (await stranger.FetchAsync("/dashboard/")).Status);
        Assert.Equal(401, (await stranger.FetchAsync("/")).Status);

        Assert.Equal(200, (await developer.FetchAsync("/dashboard/version")).Status);
        // Another site's name that resolves to this machine.
        Assert.Equal(401, (await developer.FetchAsync("/dashboard/version", ("Host", "elsewhere.test"))).Status);
    }

    [Fact]
    public async Task WithoutTheDashboard_OperatorsAreLedToTheSupportPage()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var operated = cluster.Add(ServiceSettings
            .ForCluster(HostKind.Silo, "operated", cluster.ConnectionString, TestCluster.Secret, cluster.Tokens, cohosted: false)
            .With($"Wingman:Operators:{OperatedFixture.Operator}", OperatedFixture.Hash)
            .With("Wingman:Operations:Dashboard", "false"));
        var withoutOperator = operated.Settings.With($"Wingman:Operators:{OperatedFixture.Operator}", null);
        var development = cluster.Add(withoutOperator with { Name = "development", Ports = HostPorts.Free(), Environment = "Development" });
        await cluster.StartAllAsync();
        using var alice = new OperatorClient(operated.Operations);
        using var developer = new OperatorClient(development.Operations);

        var signedIn = await alice.SignInAsync(OperatedFixture.Operator, OperatedFixture.Secret);
        var root = await alice.BrowseAsync("/");
        var page = await alice.BrowseAsync("/sign-in");

        Assert.Equal((303, "/support"), (signedIn.Status, signedIn.Location));
        Assert.Equal((302, "/support"), (root.Status, root.Location));
        Assert.Equal(200, (await alice.BrowseAsync("/support")).Status);
        Assert.Contains("<a href=\"/support\">", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("/dashboard", page.Body, StringComparison.Ordinal);
        Assert.Equal(404, (await alice.BrowseAsync("/dashboard/")).Status);

        // In Development without operators nobody signs in.
        Assert.Equal("/support", (await developer.BrowseAsync("/sign-in")).Location);
        Assert.Equal("/support", (await developer.BrowseAsync("/")).Location);
    }

    /// <summary>The only line that a host writes which does not start.</summary>
    private static async Task<string> RefusalOfAsync(ServiceSettings settings)
    {
        await using var host = new ServiceProcess(settings);
        host.Start();
        Assert.NotEqual(0, await host.WaitForExitAsync());
        return Assert.Single(host.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
