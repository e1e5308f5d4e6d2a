using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Wingman.Silo.Hosting;
using Wingman.Silo.Operations;
using Wingman.State;
using Wingman.Storage.Tests.Fixtures;
using Wingman.Testing;

namespace Wingman.Storage.Tests.Failures;

/// <summary>When a connection breaks before, during or after a commit, each writer still gets the true outcome.</summary>
public sealed class LostConnectionTests(FreshFixture fixture) : IClassFixture<FreshFixture>
{
    private const string Lanes = "lanes-under-test";

    [Fact]
    public async Task ConnectionKilledBeforeTheCommit_IsReplacedAndTheWriteStored()
    {
        var tables = fixture.Open(HeldLane.Options, connectionString: Named());
        var sessions = await SeededSession.InsertAsync(fixture, 20);
        var writes = await sessions.PrepareAsync(tables, static session => session.Completed);
        List<Task<RowVersion>> begun;
        await using (await HeldLane.HoldAsync(fixture, tables))
        {
            begun = [.. writes.Select(static write => write())];
            Assert.True(await KillLanesAsync() > 0);
        }

        await Task.WhenAll(begun);
        Assert.All(await Task.WhenAll(sessions.Select(session => session.RowsAsync(fixture))), rows => Assert.Equal(SeededSession.CompletedOnce, rows));
    }

    [Fact]
    public async Task ConnectionsKilledAgainAndAgain_LoseNoAcknowledgedWriteAndInventNoConflict()
    {
        var tables = fixture.Open(connectionString: Named());
        await using var writers = await Writers.StartAsync(fixture, tables, 24, TimeSpan.FromSeconds(10));

        for (var kills = 0; kills < 25; kills += await KillLanesAsync() > 0 ? 1 : 0) await writers.GoOnAsync(48);

        await writers.StopAndCheckAsync();
        Assert.True(writers.Stored > 500);
    }

    [Fact]
    public async Task ReplyLostAfterTheCommit_IsAConflict_AndTheRowIsOurs()
    {
        await using var proxy = StartProxy();
        var tables = fixture.Open(options => options.Lanes = 1, connectionString: Through(proxy));
        var sessions = await SeededSession.InsertAsync(fixture, 40);
        var writes = await sessions.PrepareAsync(tables, static session => session.Completed);

        proxy.LoseNextReplies(1);
        var outcomes = await Task.WhenAll(writes.Select(static write => Record.ExceptionAsync(write)));

        Assert.Equal(1, proxy.RepliesLost);
        Assert.Contains(outcomes, static outcome => outcome is UnknownOutcomeException);
        Assert.All(outcomes, static outcome => Assert.True(outcome is null or UnknownOutcomeException, $"{outcome}"));
        foreach (var session in sessions)
        {
            Assert.Equal(SeededSession.CompletedOnce, await session.RowsAsync(fixture));
            Assert.Equal(session.Completed with { Event = default }, (await tables.ReadAsync(session.Key))!.Value.State);
        }
    }

    [Fact]
    public async Task ReplyLostToAScheduling_IsAConflict_AndTheSessionIsThere()
    {
        await using var proxy = StartProxy();
        var tables = fixture.Open(connectionString: Through(proxy));
        var match = await SeededMatch.InsertNewAsync(fixture);
        var (state, version) = (await tables.ReadAsync(match.Key))!.Value;
        var session = SeededMatch.NewSession();

        proxy.LoseNextReplies(1);
        await Assert.ThrowsAsync<UnknownOutcomeException>(() => tables.WriteAsync(match.Key, version, state with { NewSession = session }));

        Assert.Equal(1, proxy.RepliesLost);
        Assert.Equal([session.Id.Value], (await tables.ReadAsync(match.Key))!.Value.State.ActiveSessions);
    }

    [Fact]
    public async Task ConnectionsReset_LoseNoAcknowledgedWrite()
    {
        await using var proxy = StartProxy();
        var tables = fixture.Open(connectionString: Through(proxy));
        await using var writers = await Writers.StartAsync(fixture, tables, 16, TimeSpan.FromSeconds(10));

        for (var fault = 0; fault < 15; fault++)
        {
            await writers.GoOnAsync(32);
            if (fault % 2 == 0) proxy.KillConnections();
            else proxy.LoseNextReplies(1);
        }

        await writers.GoOnAsync(32);
        await writers.StopAndCheckAsync();
        Assert.Equal(7, proxy.RepliesLost);
        Assert.True(writers.Unknown > 0, "No writer met its own write.");
    }

    [Theory]
    [InlineData(CutDirection.Both)]
    [InlineData(CutDirection.ToClient)]
    [InlineData(CutDirection.ToServer)]
    public async Task NetworkThatGoesSilent_EndsEveryWriteAndReadInTime_AndServesAgainWhenItIsBack(CutDirection direction)
    {
        await using var proxy = StartProxy();
        var tables = fixture.Open(
            options => (options.StatementTimeout, options.Deadline) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)),
            connectionString: Through(proxy));
        var sessions = await SeededSession.InsertAsync(fixture, 12);
        var writes = await sessions.PrepareAsync(tables, static session => session.Completed);

        proxy.Cut(direction);
        var begun = Environment.TickCount64;
        var cut = writes.Select(static write => write()).ToList();
        var read = tables.ReadAsync(sessions[0].Key);
        foreach (var write in cut)
            Assert.Equal(StorageFailure.Unavailable, (await Assert.ThrowsAsync<StorageException>(() => write)).Failure);
        Assert.Equal(StorageFailure.Unavailable, (await Assert.ThrowsAsync<StorageException>(() => read)).Failure);

        // The deadline applies whatever the lane is doing.
        Assert.InRange(TimeSpan.FromMilliseconds(Environment.TickCount64 - begun), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(4));

        proxy.Heal();
        foreach (var session in sessions)
        {
            // What was sent during the cut may arrive late, and is then stored completely and once.
            await Eventually.IsTrueAsync("the session is completed", async _ =>
            {
                await session.CompleteAsync(tables);
                return true;
            });
            Assert.Equal(SeededSession.CompletedOnce, await session.RowsAsync(fixture));
        }
    }

    [Fact]
    public async Task FirstHost_ThatIsSilent_LeavesTheNextOneItsTime()
    {
        using var silent = StartSilent();
        await using var proxy = StartProxy();
        var address = new DatabaseAddress(Through(silent, proxy), new());
        var session = await SeededSession.InsertAsync(fixture);

        await session.CompleteAsync(fixture.Open(connectionString: address.ConnectionString));

        Assert.Equal(SeededSession.CompletedOnce, await session.RowsAsync(fixture));
        await using var database = new DatabaseConnections(address);
        var health = await new DatabaseHealth(database, TimeProvider.System).CheckHealthAsync(new HealthCheckContext());
        Assert.Equal(HealthStatus.Healthy, health.Status);
    }

    // It accepts connections, as the kernel does for a process that hangs, and never answers.
    private static TcpListener StartSilent()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private string Through(TcpListener silent, FaultProxy proxy) =>
        new NpgsqlConnectionStringBuilder(fixture.ConnectionString) { Host = $"{silent.LocalEndpoint},{proxy.Address}" }.ConnectionString;

    private string Named() => new NpgsqlConnectionStringBuilder(fixture.ConnectionString) { ApplicationName = Lanes }.ConnectionString;

    private Task<long> KillLanesAsync() => fixture.ScalarAsync<long>("""
        select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and application_name = $1
        """, Lanes);

    private FaultProxy StartProxy()
    {
        var server = new NpgsqlConnectionStringBuilder(fixture.ConnectionString);
        return FaultProxy.Start(new UnixDomainSocketEndPoint(Path.Combine(server.Host!, $".s.PGSQL.{server.Port}")));
    }

    private string Through(FaultProxy proxy) => new NpgsqlConnectionStringBuilder(fixture.ConnectionString)
    {
        Host = proxy.Address.Address.ToString(),
        Port = proxy.Address.Port,
    }.ConnectionString;
}
