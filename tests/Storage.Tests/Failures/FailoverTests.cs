using Microsoft.Extensions.Configuration;
using Npgsql;
using Orleans.Storage;
using Wingman.Silo.Hosting;
using Wingman.Silo.Storage.Batching;
using Wingman.State;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Failures;

/// <summary>A standby gets no writes, and versions that were read before a failover are not valid after it.</summary>
public sealed class FailoverTests
{
    [Fact]
    public void Era_ChangesWithTheServersIdentityOnly()
    {
        var era = new DatabaseEra();

        Assert.Equal(0, era.Of("7/00000001"));
        Assert.Equal(0, era.Of("7/00000001"));
        Assert.Equal(1, era.Of("7/00000002"));
        Assert.Equal(1, era.Of("7/00000002"));
        Assert.Equal(2, era.Of("8/00000002"));
    }

    [Theory]
    [InlineData(0, 0u, "0")]
    [InlineData(0, uint.MaxValue, "4294967295")]
    [InlineData(1, 7u, "4294967303")]
    [InlineData(int.MaxValue, uint.MaxValue, "9223372036854775807")]
    public void Version_IsAnETagAndBack(int era, uint xmin, string etag)
    {
        var version = new RowVersion(era, xmin);

        Assert.Equal(etag, version.ToString());
        Assert.Equal(version, RowVersion.Parse(etag));
    }

    [Fact]
    public void NoETag_IsNoVersion() => Assert.Null(RowVersion.Parse(null) ?? RowVersion.Parse(""));

    [Theory]
    [InlineData("Host=one,two")]
    [InlineData("Host=one,two;Target Session Attributes=any;Host Recheck Seconds=30")]
    public void SeveralHosts_AreAskedForThePrimary_AgainAfterASecond(string connectionString)
    {
        var used = new NpgsqlConnectionStringBuilder(new DatabaseAddress(connectionString, new()).ConnectionString);

        Assert.Equal(("primary", 1), (used.TargetSessionAttributes, used.HostRecheckSeconds));
    }

    [Theory]
    [InlineData("Host=one", 3)]
    [InlineData("Host=one,two", 1)]
    [InlineData("Host=one,two,three,four", 1)]
    public void SeveralHosts_ShareTheTimeThatOneHas(string connectionString, int seconds) =>
        Assert.Equal(seconds, new NpgsqlConnectionStringBuilder(new DatabaseAddress(connectionString, new()).ConnectionString).Timeout);

    [Theory]
    [InlineData("Host=one", true, 60)]
    [InlineData("Host=one,two", true, 60)]
    [InlineData("Host=one;Tcp Keepalive Time=30", false, 30)]
    [InlineData("Host=/var/run/postgresql", false, 0)]
    public void Connections_AreKeptAlive(string connectionString, bool isSet, int seconds)
    {
        var used = new NpgsqlConnectionStringBuilder(new DatabaseAddress(connectionString, new()).ConnectionString);

        Assert.Equal((isSet, seconds), (used.TcpKeepAlive, used.TcpKeepAliveTime));
    }

    [Theory]
    [InlineData("Host=one,two", "primary", 1)]
    [InlineData("Host=one,two;Target Session Attributes=any;Host Recheck Seconds=30", "primary", 1)]
    [InlineData("Host=one;Host Recheck Seconds=30", null, 30)]
    public void Commands_AskSeveralHostsForThePrimaryToo(string connectionString, string? attributes, int recheck)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { [$"ConnectionStrings:{DatabaseHosting.ConnectionName}"] = connectionString })
            .Build();

        var used = new NpgsqlConnectionStringBuilder(configuration.FindConnectionString());

        Assert.Equal((attributes, recheck), (used.TargetSessionAttributes, used.HostRecheckSeconds));
    }

    [Fact]
    public async Task Standby_IsRefused_AndAfterItsPromotionEarlierVersionsAreRefused()
    {
        var fixture = new OwnServerFixture();
        await fixture.InitializeAsync();
        try
        {
            var tables = fixture.Open(options => options.Deadline = TimeSpan.FromSeconds(5));
            var session = await SeededSession.InsertAsync(fixture);
            var before = await session.VersionAsync(tables);

            await fixture.RestartAsStandbyAsync();

            var write = session.WriteAsync(tables, before, session.Completed);
            var read = tables.ReadAsync(session.Key);
            Assert.Equal(StorageFailure.Unavailable, (await Assert.ThrowsAsync<StorageException>(() => write)).Failure);
            Assert.Equal(StorageFailure.Unavailable, (await Assert.ThrowsAsync<StorageException>(() => read)).Failure);
            await using (var connection = new NpgsqlConnection(fixture.ConnectionString + ";Pooling=false"))
            {
                await connection.OpenAsync();
                await Assert.ThrowsAsync<StandbyException>(() => PrimaryCheck.RunAsync(connection, CancellationToken.None));
            }

            fixture.Sql.Clear();
            Assert.True(await fixture.ScalarAsync<bool>("select pg_promote()"));

            // The row is the same and so is its xmin; only the era shows that this may be a coincidence.
            await Assert.ThrowsAsync<InconsistentStateException>(() => session.WriteAsync(tables, before, session.Completed));
            Assert.Equal(SeededSession.Untouched, await session.RowsAsync(fixture));
            var after = await session.VersionAsync(tables);
            Assert.Equal(new RowVersion(1, before.Xmin), after);
            await session.WriteAsync(tables, after, session.Completed);
            Assert.Equal(SeededSession.CompletedOnce, await session.RowsAsync(fixture));
        }
        finally
        {
            await fixture.DisposeAsync();
        }
    }

    [Fact]
    public async Task FirstWriteAfterAFailover_ByALaneThatWasIdleMeanwhile_IsStored()
    {
        var fixture = new OwnServerFixture();
        await fixture.InitializeAsync();
        try
        {
            var tables = fixture.Open();
            var one = await SeededSession.InsertAsync(fixture);
            var another = await SeededSession.InsertAsync(fixture);
            await one.WriteAsync(tables, await one.VersionAsync(tables), one.Completed);

            await fixture.RestartAsStandbyAsync();
            fixture.Sql.Clear();
            Assert.True(await fixture.ScalarAsync<bool>("select pg_promote()"));

            // The read detects the failover. The lane that writes still has its connection from before.
            var read = await another.VersionAsync(tables);
            Assert.Equal(1, read.Era);
            await another.WriteAsync(tables, read, another.Completed);

            Assert.Equal(SeededSession.CompletedOnce, await another.RowsAsync(fixture));
        }
        finally
        {
            await fixture.DisposeAsync();
        }
    }
}
