using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Wingman.Silo.Hosting;

namespace Wingman.SystemTests.Waits;

/// <summary>A silo that hangs does not count as alive for long because of its last message.</summary>
public sealed class HungSiloTests
{
    [Fact]
    public void LastMessage_DelaysTheVotesForSixSeconds()
    {
        var services = new ServiceCollection();
        ClusterDefaults.ConfigureMembership(services);

        var membership = services.BuildServiceProvider().GetRequiredService<IOptions<ClusterMembershipOptions>>().Value;

        Assert.True(membership.EnableConnectionLivenessCheck, "the other figures are about this check");
        Assert.Equal(TimeSpan.FromSeconds(6), membership.MaxProbeTimeout * membership.NumMissedProbesLimit);
    }
}
