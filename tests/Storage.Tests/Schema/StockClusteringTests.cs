using System.Net;

namespace Wingman.Storage.Tests.Schema;

public sealed class StockClusteringTests(StockFixture providers) : IClassFixture<StockFixture>
{
    private static int _generation;

    [Fact]
    public async Task Insert_ThenRead_GivesTheSiloAndTheNextTableVersion()
    {
        var silo = NewSilo();
        var before = (await providers.Membership.ReadAllAsync()).Version;

        Assert.True(await providers.Membership.InsertRowAsync(silo, before.Next()));

        var read = await providers.Membership.ReadRowAsync(silo.SiloAddress);
        Assert.Equal(before.Version + 1, read.Version.Version);
        var entry = Assert.Single(read.Members).Item1;
        Assert.Equal((silo.SiloAddress, silo.SiloName, silo.HostName, silo.Status, silo.ProxyPort, silo.StartTime, silo.IAmAliveTime),
            (entry.SiloAddress, entry.SiloName, entry.HostName, entry.Status, entry.ProxyPort, entry.StartTime, entry.IAmAliveTime));
    }

    [Fact]
    public async Task ReadRow_OfAnUnknownSilo_StillGivesTheTableVersion()
    {
        var read = await providers.Membership.ReadRowAsync(NewSilo().SiloAddress);
        Assert.Empty(read.Members);
        Assert.Equal((await providers.Membership.ReadAllAsync()).Version.Version, read.Version.Version);
    }

    [Fact]
    public async Task Insert_OfAKnownSiloOrAtAnOldVersion_WritesNeitherRow()
    {
        var (known, unknown) = (NewSilo(), NewSilo());
        var old = (await providers.Membership.ReadAllAsync()).Version;
        Assert.True(await providers.Membership.InsertRowAsync(known, old.Next()));
        var current = (await providers.Membership.ReadAllAsync()).Version;

        Assert.False(await providers.Membership.InsertRowAsync(known, current.Next()));
        Assert.False(await providers.Membership.InsertRowAsync(unknown, old.Next()));

        Assert.Equal(current.Version, (await providers.Membership.ReadAllAsync()).Version.Version);
        Assert.Empty((await providers.Membership.ReadRowAsync(unknown.SiloAddress)).Members);
    }

    [Fact]
    public async Task Update_AtAnOldVersionOrOfAnUnknownSilo_WritesNeitherRow()
    {
        var silo = NewSilo();
        var old = (await providers.Membership.ReadAllAsync()).Version;
        Assert.True(await providers.Membership.InsertRowAsync(silo, old.Next()));
        var current = (await providers.Membership.ReadAllAsync()).Version;
        silo.Status = SiloStatus.Dead;

        Assert.False(await providers.Membership.UpdateRowAsync(silo, old.VersionEtag, old.Next()));
        Assert.False(await providers.Membership.UpdateRowAsync(NewSilo(), current.VersionEtag, current.Next()));

        var read = await providers.Membership.ReadRowAsync(silo.SiloAddress);
        Assert.Equal((current.Version, SiloStatus.Active), (read.Version.Version, Assert.Single(read.Members).Item1.Status));
    }

    [Fact]
    public async Task Update_ThenRead_GivesTheNewStateAndTheNextTableVersion()
    {
        var silo = NewSilo();
        Assert.True(await providers.Membership.InsertRowAsync(silo, (await providers.Membership.ReadAllAsync()).Version.Next()));
        var before = (await providers.Membership.ReadAllAsync()).Version;
        silo.Status = SiloStatus.Dead;
        silo.AddOrUpdateSuspector(silo.SiloAddress, silo.StartTime, 3);

        Assert.True(await providers.Membership.UpdateRowAsync(silo, before.VersionEtag, before.Next()));

        var read = await providers.Membership.ReadRowAsync(silo.SiloAddress);
        var entry = Assert.Single(read.Members).Item1;
        Assert.Equal((before.Version + 1, SiloStatus.Dead), (read.Version.Version, entry.Status));
        Assert.Equal([Tuple.Create(silo.SiloAddress, silo.StartTime)], entry.SuspectTimes);
    }

    [Fact]
    public async Task Update_ByManyAtTheSameVersion_SucceedsForOne()
    {
        var silos = Enumerable.Range(0, 8).Select(_ => NewSilo()).ToList();
        foreach (var silo in silos)
            Assert.True(await providers.Membership.InsertRowAsync(silo, (await providers.Membership.ReadAllAsync()).Version.Next()));
        var before = (await providers.Membership.ReadAllAsync()).Version;
        foreach (var silo in silos) silo.AddOrUpdateSuspector(silos[0].SiloAddress, new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), 3);

        var outcomes = await Task.WhenAll(silos.Select(silo => Task.Run(() => providers.Membership.UpdateRowAsync(silo, before.VersionEtag, before.Next()))));

        Assert.Single(outcomes, won => won);
        var after = await providers.Membership.ReadAllAsync();
        Assert.Equal(before.Version + 1, after.Version.Version);
        Assert.Single(after.Members, member => silos.Any(silo => silo.SiloAddress.Equals(member.Item1.SiloAddress)) && member.Item1.SuspectTimes is [_]);
    }

    [Fact]
    public async Task UpdateIAmAlive_MovesTheSilosTimeOnly()
    {
        var silo = NewSilo();
        Assert.True(await providers.Membership.InsertRowAsync(silo, (await providers.Membership.ReadAllAsync()).Version.Next()));
        var before = (await providers.Membership.ReadAllAsync()).Version;
        silo.IAmAliveTime = silo.IAmAliveTime.AddMinutes(1);

        await providers.Membership.UpdateIAmAliveAsync(silo);

        var read = await providers.Membership.ReadRowAsync(silo.SiloAddress);
        Assert.Equal((before.Version, silo.IAmAliveTime), (read.Version.Version, Assert.Single(read.Members).Item1.IAmAliveTime));
    }

    [Fact]
    public async Task CleanupDefunct_RemovesSilosThatAreGoneAndOld()
    {
        var (gone, active) = (NewSilo(), NewSilo());
        gone.Status = SiloStatus.Dead;
        foreach (var silo in new[] { gone, active })
            Assert.True(await providers.Membership.InsertRowAsync(silo, (await providers.Membership.ReadAllAsync()).Version.Next()));

        await providers.Membership.CleanupDefunctSiloEntriesAsync(gone.IAmAliveTime.AddMinutes(-1));
        Assert.Single((await providers.Membership.ReadRowAsync(gone.SiloAddress)).Members);
        await providers.Membership.CleanupDefunctSiloEntriesAsync(gone.IAmAliveTime.AddMinutes(1));

        Assert.Empty((await providers.Membership.ReadRowAsync(gone.SiloAddress)).Members);
        Assert.Single((await providers.Membership.ReadRowAsync(active.SiloAddress)).Members);
    }

    private static MembershipEntry NewSilo()
    {
        var now = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        var generation = Interlocked.Increment(ref _generation);
        return new()
        {
            SiloAddress = SiloAddress.New(IPAddress.Parse("10.0.0.1"), 11111, generation),
            SiloName = $"silo {generation}",
            HostName = "host",
            Status = SiloStatus.Active,
            ProxyPort = 30000,
            StartTime = now,
            IAmAliveTime = now,
        };
    }
}
