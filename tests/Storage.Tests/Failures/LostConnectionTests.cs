using System.Net.Sockets;
using Npgsql;
using Orleans.Storage;
using Wingman.Matches;
using Wingman.Silo.Storage;
using Wingman.Testing;

namespace Wingman.Storage.Tests.Failures;

/// <summary>A connection that breaks before, while or after a commit leaves no writer without the true outcome.</summary>
public sealed class LostConnectionTests(StorageLab lab) : IClassFixture<StorageLab>
{
    private const string Lanes = "lanes-under-test";

    [Fact]
    public async Task ConnectionKilledBeforeTheCommit_IsReplacedAndTheWriteStored()
    {
        var storage = await lab.OpenAsync(HeldLane.Options, connectionString: Named());
        Task<Cell<MatchState>>[] writes;
        await using (await HeldLane.HoldAsync(lab, storage))
        {
            writes = [.. Enumerable.Range(0, 20).Select(_ => TextCell.New(storage).WriteAsync("stored"))];
            Assert.True(await KillLanesAsync() > 0);
        }

        Assert.All(await Task.WhenAll(writes), cell => Assert.Equal("1", cell.ETag));
    }

    [Fact]
    public async Task ConnectionsKilledAgainAndAgain_LoseNoAcknowledgedWriteAndInventNoConflict()
    {
        var storage = await lab.OpenAsync(connectionString: Named());
        await using var writers = new Writers(storage, 24, TimeSpan.FromSeconds(10));

        for (var (kills, seen) = (0, 0); kills < 25; kills += await KillLanesAsync() > 0 ? 1 : 0)
        {
            await Eventually.IsTrueAsync("writes go on", _ => Task.FromResult(writers.Stored + writers.Failed > seen + 48));
            seen = writers.Stored + writers.Failed;
        }

        await writers.StopAndCheckAsync();
    }

    [Fact]
    public async Task ReplyLostAfterTheCommit_IsFoundOutAndTheWriteStoredOnce()
    {
        await using var proxy = StartProxy();
        var storage = await lab.OpenAsync(HeldLane.Options, connectionString: Through(proxy));
        var sessions = await SeededSession.InsertAsync(lab, 10);
        Task<Cell<Sessions.SessionState>>[] writes;
        await using (await HeldLane.HoldAsync(lab, storage))
        {
            writes = [.. sessions.Select(session => session.Cell(storage).WriteAsync(session.Completed))];
            proxy.LoseNextReplies(3);
        }

        Assert.All(await Task.WhenAll(writes), cell => Assert.Equal(("1", true), (cell.ETag, cell.Exists)));
        Assert.Equal(3, proxy.RepliesLost);
        foreach (var session in sessions) Assert.Equal("completed t t 20:30 1 1 1:completed,2:completed", await session.RowsAsync(lab));
    }

    [Fact]
    public async Task ReplyLost_ToAWriteThatHadLost_IsStillAConflict()
    {
        await using var proxy = StartProxy();
        var storage = await lab.OpenAsync(options => options.Lanes = 1, connectionString: Through(proxy));
        var cell = await TextCell.New(storage).WriteAsync("first");
        var stale = cell.Twin();
        await cell.WriteAsync("second");

        proxy.LoseNextReplies(1);
        await Assert.ThrowsAsync<InconsistentStateException>(() => stale.WriteAsync("stale"));
        Assert.Equal(1, proxy.RepliesLost);
    }

    [Fact]
    public async Task ReplyLost_AndTheRowOvertakenMeanwhile_IsUnknownAndNotAConflict()
    {
        await using var proxy = StartProxy();
        var storage = await lab.OpenAsync(HeldLane.Options, connectionString: Through(proxy));
        var cell = await TextCell.New(storage, "overtaken").WriteAsync("first");

        // Slow enough that another activation can read and overwrite what was stored before the lane has a connection again.
        proxy.Delay = TimeSpan.FromMilliseconds(250);
        proxy.LoseNextReplies(1);
        var write = cell.Twin().WriteAsync("second");
        await Eventually.IsTrueAsync("the reply is lost", _ => Task.FromResult(proxy.RepliesLost == 1));
        var direct = await lab.OpenAsync();
        var other = await TextCell.Of(direct, cell.Grain, "overtaken").ReadAsync();
        Assert.Equal("second", other.Text());
        await other.WriteAsync("third");
        proxy.Delay = TimeSpan.Zero;

        var failure = await Assert.ThrowsAsync<StorageFailedException>(() => write);
        Assert.Contains("unknown", failure.Message, StringComparison.Ordinal);
        Assert.Equal("third", (await other.ReadAsync()).Text());
    }

    [Fact]
    public async Task ConnectionsReset_LoseNoAcknowledgedWrite()
    {
        await using var proxy = StartProxy();
        var storage = await lab.OpenAsync(connectionString: Through(proxy));
        await using var writers = new Writers(storage, 16, TimeSpan.FromSeconds(10));

        for (var fault = 0; fault < 15; fault++)
        {
            var seen = writers.Stored + writers.Failed;
            await Eventually.IsTrueAsync("writes go on", _ => Task.FromResult(writers.Stored + writers.Failed > seen + 32));
            if (fault % 2 == 0) proxy.KillConnections();
            else proxy.LoseNextReplies(1);
        }

        await writers.StopAndCheckAsync();
        Assert.InRange(proxy.RepliesLost, 7, 8);
    }

    [Theory]
    [InlineData(CutDirection.Both)]
    [InlineData(CutDirection.ToClient)]
    [InlineData(CutDirection.ToServer)]
    public async Task NetworkThatGoesSilent_EndsEveryWriteAndReadInTime_AndServesAgainWhenItIsBack(CutDirection direction)
    {
        await using var proxy = StartProxy();
        var storage = await lab.OpenAsync(
            options => (options.StatementTimeout, options.Deadline) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)),
            connectionString: Through(proxy));
        var cells = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => TextCell.New(storage).WriteAsync("old")));

        proxy.Cut(direction);
        var begun = Environment.TickCount64;
        var writes = cells.Select(cell => cell.Twin().WriteAsync("new")).ToList();
        var read = cells[0].Twin().ReadAsync();
        foreach (var write in writes) await Assert.ThrowsAsync<StorageFailedException>(() => write);
        await Assert.ThrowsAsync<StorageFailedException>(() => read);

        // The deadline, and what one attempt that began before it takes to be given up.
        Assert.InRange(TimeSpan.FromMilliseconds(Environment.TickCount64 - begun), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(5));

        proxy.Heal();
        foreach (var cell in cells)
        {
            await Eventually.IsTrueAsync("reads are served", async _ => (await cell.ReadAsync()).Exists);
            Assert.True((cell.Text(), cell.ETag) is ("old", "1") or ("new", "2"), $"{cell.Text()} {cell.ETag}");
        }

        // What was sent into the cut may arrive late, and then has lost.
        foreach (var cell in cells) await Eventually.IsTrueAsync("writes are served", async _ => await IsStoredAsync(cell));
    }

    private static async Task<bool> IsStoredAsync(Cell<MatchState> cell)
    {
        try
        {
            await cell.WriteAsync("after");
            return true;
        }
        catch (InconsistentStateException)
        {
            await cell.ReadAsync();
            return false;
        }
    }

    private string Named() => new NpgsqlConnectionStringBuilder(lab.ConnectionString) { ApplicationName = Lanes }.ConnectionString;

    private Task<long> KillLanesAsync() => lab.ScalarAsync<long>("""
        select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and application_name = $1
        """, Lanes);

    private FaultProxy StartProxy()
    {
        var server = new NpgsqlConnectionStringBuilder(lab.ConnectionString);
        return FaultProxy.Start(new UnixDomainSocketEndPoint(Path.Combine(server.Host!, $".s.PGSQL.{server.Port}")));
    }

    private string Through(FaultProxy proxy) => new NpgsqlConnectionStringBuilder(lab.ConnectionString)
    {
        Host = proxy.Address.Address.ToString(),
        Port = proxy.Address.Port,
    }.ConnectionString;
}
