using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Wingman.Silo.Hosting;
using Wingman.Storage.Tests.Schema;
using Wingman.Testing;

namespace Wingman.Storage.Tests.Membership;

/// <summary>A silo that starts waits until the others know that the process before it is dead, and no longer.</summary>
public sealed class PredecessorGateTests : IAsyncLifetime
{
    /// <summary>A time between two readings of the table at whose end no test arrives.</summary>
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    private readonly StockFixture _providers = new();

    private IMembershipTable Table => _providers.Membership;

    public Task InitializeAsync() => _providers.InitializeAsync();

    public Task DisposeAsync() => _providers.DisposeAsync();

    [Fact]
    public async Task WithoutAPredecessor_ItReturns()
    {
        await InsertAsync(Silo(port: 2, SiloStatus.Active));

        await GateOf(port: 1, Never).WaitAsync(CancellationToken.None).WaitAsync(Eventually.Deadline);
    }

    [Fact]
    public async Task WithoutOtherSilos_ItDeclaresThePredecessorDead_AndReturns()
    {
        var predecessor = Silo(port: 1, SiloStatus.Active);
        await InsertAsync(predecessor);
        await InsertAsync(Silo(port: 2, SiloStatus.Dead));

        await GateOf(port: 1, Never).WaitAsync(CancellationToken.None).WaitAsync(Eventually.Deadline);

        Assert.Equal(SiloStatus.Dead, await StatusAsync(predecessor));
    }

    [Fact]
    public async Task WithASiloThatOnlyLives_ItWaitsUntilThatSiloHasReadTheTable()
    {
        await InsertAsync(Silo(port: 1, SiloStatus.Active));
        await InsertAsync(Silo(port: 2, SiloStatus.Active));
        var refresh = TimeSpan.FromMilliseconds(300);
        var begun = Stopwatch.GetTimestamp();

        await GateOf(port: 1, refresh).WaitAsync(CancellationToken.None).WaitAsync(Eventually.Deadline);

        Assert.True(Stopwatch.GetElapsedTime(begun) > refresh, "it returned before the other silo read the table");
    }

    [Theory]
    [InlineData(SiloStatus.Active, SiloStatus.Dead)]
    [InlineData(SiloStatus.Joining, SiloStatus.Active)]
    [InlineData(SiloStatus.Active, SiloStatus.ShuttingDown)]
    public async Task WithASiloThatWritesTheTable_ItWaitsUntilThen(SiloStatus before, SiloStatus after)
    {
        var (predecessor, other) = (Silo(port: 1, SiloStatus.Active), Silo(port: 2, before));
        await InsertAsync(predecessor);
        await InsertAsync(other);
        var waiting = GateOf(port: 1, Never).WaitAsync(CancellationToken.None);
        await Eventually.IsTrueAsync("the predecessor is declared dead", async _ => await StatusAsync(predecessor) == SiloStatus.Dead);
        Assert.False(waiting.IsCompleted, "it did not wait for the other silo");

        await UpdateAsync(other, after);

        await waiting.WaitAsync(Eventually.Deadline);
    }

    [Fact]
    public async Task SiloThatJoinsLater_IsNotWaitedFor()
    {
        var (predecessor, other) = (Silo(port: 1, SiloStatus.Active), Silo(port: 2, SiloStatus.Active));
        await InsertAsync(predecessor);
        await InsertAsync(other);
        var waiting = GateOf(port: 1, Never).WaitAsync(CancellationToken.None);
        await Eventually.IsTrueAsync("the predecessor is declared dead", async _ => await StatusAsync(predecessor) == SiloStatus.Dead);
        await InsertAsync(Silo(port: 3, SiloStatus.Active));

        await UpdateAsync(other, SiloStatus.Dead);

        await waiting.WaitAsync(Eventually.Deadline);
    }

    [Fact]
    public async Task Early_WhereNobodyListens_ItDeclaresThePredecessorDead()
    {
        var predecessor = Silo(port: 1, SiloStatus.Active);
        await InsertAsync(predecessor);

        Assert.True(await GateOf(port: 1, Never).TryEarlyAsync().WaitAsync(Eventually.Deadline));

        Assert.Equal(SiloStatus.Dead, await StatusAsync(predecessor));
    }

    [Fact]
    public async Task Early_WhereAProcessListens_ItLeavesThatProcessAlone()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var predecessor = Silo(port, SiloStatus.Active);
        await InsertAsync(predecessor);

        Assert.False(await GateOf(port, Never).TryEarlyAsync().WaitAsync(Eventually.Deadline));

        Assert.Equal(SiloStatus.Active, await StatusAsync(predecessor));
    }

    [Fact]
    public async Task Early_WithoutADatabase_ItFails()
    {
        await _providers.DisposeAsync();

        Assert.False(await GateOf(port: 1, Never).TryEarlyAsync().WaitAsync(Eventually.Deadline));
    }

    private static SiloAddress Address(int port, int generation) => SiloAddress.New(IPAddress.Loopback, port, generation);

    private static MembershipEntry Silo(int port, SiloStatus status) => new()
    {
        SiloAddress = Address(port, generation: 1),
        SiloName = $"silo {port}",
        HostName = "host",
        Status = status,
        ProxyPort = 30000,
        StartTime = DateTime.UnixEpoch,
        IAmAliveTime = DateTime.UnixEpoch,
    };

    private PredecessorGate GateOf(int port, TimeSpan refresh) => new(
        Table,
        new StartingSilo(Address(port, generation: 2)),
        Options.Create(new ClusterMembershipOptions { TableRefreshTimeout = refresh }),
        TimeProvider.System,
        NullLogger<PredecessorGate>.Instance);

    private async Task InsertAsync(MembershipEntry silo) =>
        Assert.True(await Table.InsertRowAsync(silo, (await Table.ReadAllAsync()).Version.Next()));

    private async Task UpdateAsync(MembershipEntry silo, SiloStatus status)
    {
        silo.Status = status;
        var read = await Table.ReadRowAsync(silo.SiloAddress);
        Assert.True(await Table.UpdateRowAsync(silo, read.Members[0].Item2, read.Version.Next()));
    }

    private async Task<SiloStatus> StatusAsync(MembershipEntry silo) => (await Table.ReadRowAsync(silo.SiloAddress)).Members[0].Item1.Status;

    private sealed record StartingSilo(SiloAddress SiloAddress) : ILocalSiloDetails
    {
        public string Name => "starting";

        public string ClusterId => "tests";

        public string DnsHostName => "host";

        public SiloAddress GatewayAddress => SiloAddress;
    }
}
