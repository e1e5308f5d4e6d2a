using System.Collections.Immutable;
using System.Net;
using Wingman.Reputation;

namespace Wingman.Grains.Tests.Reputation;

/// <summary>A reputation that is not active in this silo need not be called only if no other silo can have a count of it.</summary>
public sealed class ActiveReputationsTests
{
    private static readonly UserId User = new(Guid.NewGuid());

    [Theory]
    [InlineData(SiloStatus.Created, false)]
    [InlineData(SiloStatus.Joining, false)]
    [InlineData(SiloStatus.Active, false)]
    [InlineData(SiloStatus.ShuttingDown, false)]
    [InlineData(SiloStatus.Stopping, false)]
    [InlineData(SiloStatus.Dead, true)]
    public void TryInvalidate_OfAReputationThatIsNotActiveHere_IsEnoughIfTheOtherSiloIsDead(SiloStatus other, bool isEnough)
    {
        var reputations = new ActiveReputations(new Membership(SiloStatus.Active, other));

        Assert.Equal(isEnough, reputations.TryInvalidate(User));
    }

    [Fact]
    public void TryInvalidate_OnceAnotherSiloHasJoined_IsNotEnough()
    {
        var membership = new Membership(SiloStatus.Active);
        var reputations = new ActiveReputations(membership);
        Assert.True(reputations.TryInvalidate(User));

        membership.Become(SiloStatus.Active, SiloStatus.Active);

        Assert.False(reputations.TryInvalidate(User));
    }

    /// <summary>The silos of a cluster.</summary>
    private sealed class Membership : IClusterMembershipService
    {
        private long _version;

        public Membership(params SiloStatus[] silos) => CurrentSnapshot = Next(silos);

        public ClusterMembershipSnapshot CurrentSnapshot { get; private set; }

        public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates => throw new NotSupportedException();

        public void Become(params SiloStatus[] silos) => CurrentSnapshot = Next(silos);

        public ValueTask Refresh(MembershipVersion minimumVersion = default, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<bool> TryKill(SiloAddress siloAddress) => throw new NotSupportedException();

        private ClusterMembershipSnapshot Next(SiloStatus[] silos) => new(
            silos.Select(static (status, index) => new ClusterMember(SiloAddress.New(IPAddress.Loopback, 1 + index, 1), status, $"silo {index}"))
                .ToImmutableDictionary(static member => member.SiloAddress),
            new(++_version));
    }
}
