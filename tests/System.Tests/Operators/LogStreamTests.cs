using Wingman.SystemTests.Clusters;
using Wingman.Testing;

namespace Wingman.SystemTests.Operators;

/// <summary>The dashboard's stream of the host's log, where it is switched on.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class LogStreamTests
{
    private const string Stream = "/dashboard/Trace";

    [Fact]
    public async Task LogStream_SwitchedOn_IsOpenToOperators_AndToNobodyElse()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var host = cluster.Add(ServiceSettings
            .ForCluster(HostKind.Silo, "host", cluster.ConnectionString, TestCluster.Secret, cluster.Tokens, cohosted: false)
            .With($"Wingman:Operators:{OperatedFixture.Operator}", OperatedFixture.Hash)
            .With("Wingman:Operations:LogStream", "true"));
        await cluster.StartAllAsync();
        using var stranger = new OperatorClient(host.Operations);
        using var alice = new OperatorClient(host.Operations);

        await alice.SignInAsync(OperatedFixture.Operator, OperatedFixture.Secret);

        Assert.Equal(200, await alice.StatusAsync(Stream));
        Assert.Equal((401, 302), (await stranger.StatusAsync(Stream), (await stranger.BrowseAsync(Stream)).Status));
    }
}
