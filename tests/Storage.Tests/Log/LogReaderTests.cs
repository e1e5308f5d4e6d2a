using Wingman.Events;
using Wingman.Silo.Storage.Log;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Log;

/// <summary>A reader of the log sees every line once, in whatever order transactions are committed.</summary>
public sealed class LogReaderTests(FreshFixture fixture) : IClassFixture<FreshFixture>, IAsyncLifetime
{
    private LogReader Reader => new(fixture.Sql);

    /// <inheritdoc/>
    public Task InitializeAsync() => fixture.ClearLogAsync();

    /// <inheritdoc/>
    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task LowerIdThatIsCommittedLater_IsNotSkipped()
    {
        var start = await Reader.FindEndAsync();
        await using var slow = await fixture.Sql.OpenConnectionAsync();
        await using var open = await slow.HoldLineAsync("first id, committed last");
        await fixture.AddLineAsync("second id, committed first");

        var (before, position) = await Reader.ReadToEndAsync(start);
        Assert.Empty(before);
        await open.CommitAsync();

        Assert.Equal(["first id, committed last", "second id, committed first"], (await Reader.ReadAsync(position, 100, 2)).Details);
    }

    [Fact]
    public async Task LowerTransactionThatTakesAHigherId_IsNotSkipped()
    {
        var start = await Reader.FindEndAsync();
        await using var slow = await fixture.Sql.OpenConnectionAsync();
        await using var open = await slow.BeginTransactionAsync();
        await using (var take = new Npgsql.NpgsqlCommand("select pg_current_xact_id()", slow)) await take.ExecuteNonQueryAsync();
        await fixture.AddLineAsync("committed first");
        var (before, position) = await Reader.ReadToEndAsync(start);
        Assert.Empty(before);

        await slow.AddLineAsync("committed last");
        await open.CommitAsync();

        Assert.Equal(["committed last", "committed first"], (await Reader.ReadAsync(position, 100, 2)).Details);
    }

    [Fact]
    public async Task TransactionThatIsRolledBack_HoldsNobodyBackAnyLonger()
    {
        var start = await Reader.FindEndAsync();
        await using (var slow = await fixture.Sql.OpenConnectionAsync())
        {
            await using var open = await slow.HoldLineAsync("never");
            await fixture.AddLineAsync("committed");
            Assert.Empty((await Reader.ReadToEndAsync(start)).Details);
        }

        Assert.Equal(["committed"], (await Reader.ReadAsync(start, 100, 1)).Details);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task ManyWritersAtOnce_AreReadOnceEach_WhateverThePage(int limit)
    {
        var start = await Reader.FindEndAsync();
        var writers = Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var n = 0; n < 15; n++)
            {
                await using var connection = await fixture.Sql.OpenConnectionAsync();
                await using var open = await connection.HoldLineAsync($"{writer} {n} a");
                await Task.Yield();
                await connection.AddLineAsync($"{writer} {n} b");
                await open.CommitAsync();
            }
        })).ToArray();
        var (read, _) = await Reader.ReadAsync(start, limit, 240);

        await Task.WhenAll(writers);
        Assert.Equal(240, read.Count);
        Assert.Equal(240, read.Distinct().Count());
        Assert.All(Enumerable.Range(0, 8), writer =>
        {
            var own = read.Where(detail => detail.StartsWith($"{writer} ", StringComparison.Ordinal)).ToArray();
            Assert.Equal(Enumerable.Range(0, 15).SelectMany(n => new[] { $"{writer} {n} a", $"{writer} {n} b" }), own);
        });
    }

    [Fact]
    public async Task EraThatBegins_IsReadThoughItsTransactionIdsAreLower_AfterTheRestOfTheOneBefore()
    {
        await fixture.AddLineAsync("before");
        var (_, position) = await Reader.ReadAsync(default, 100, 1);
        // As after the restore of a backup: unread lines of the server before, with ids that the new server has not reached yet.
        await fixture.AddLineAsync("unread, of the server before", tx: "99999999999");
        await fixture.BeginEraAsync("another/00000001");
        await fixture.AddLineAsync("new", tx: "3");

        var (details, end) = await Reader.ReadAsync(position, 100, 2);

        Assert.Equal(["unread, of the server before", "new"], details);
        Assert.True(end.Era > position.Era);
        Assert.Empty((await Reader.ReadToEndAsync(end)).Details);
    }

    [Fact]
    public async Task Record_ByManyAtOnce_BeginsOneEra_AndNoneWhereNothingHasChanged()
    {
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => fixture.BeginEraAsync("another/00000002"))));
        await fixture.BeginEraAsync("another/00000002");

        Assert.Equal(2, await fixture.ScalarAsync<long>("select count(*) from wingman.log_eras"));
    }

    [Fact]
    public async Task EraThatIsNotThere_IsReadFromTheLatestOnesBegin()
    {
        await fixture.AddLineAsync("a line");

        Assert.Equal(["a line"], (await Reader.ReadAsync(new(int.MaxValue, ulong.MaxValue, 1), 100, 1)).Details);
    }

    /// <summary>A server that took over may give out transaction ids that were read already: what was read is not read again.</summary>
    [Fact]
    public async Task PositionBeyondTheHorizon_IsNotTakenBack()
    {
        var end = await Reader.FindEndAsync();
        var beyond = end with { Tx = end.Tx + 1_000_000_000, Id = 7 };

        var page = await Reader.ReadAsync(beyond, 10);

        Assert.Empty(page.Lines);
        Assert.Equal((beyond, false), (page.Next, page.HasMore));
    }

    [Fact]
    public async Task Find_GivesTheLinesThatAreStillThere()
    {
        await fixture.AddLineAsync("one");
        await fixture.AddLineAsync("two");
        var lines = await Reader.FirstAsync(2);

        var found = await Reader.FindAsync([lines[1].Position, lines[0].Position with { Id = -1 }]);

        Assert.Equal([lines[1]], found);
        Assert.Empty(await Reader.FindAsync([]));
    }

    [Fact]
    public async Task MeasureLag_CountsWhatIsNotRead_HeldBackOrNot()
    {
        await fixture.AddLineAsync("read", "now() - interval '1 hour'");
        var (_, position) = await Reader.ReadAsync(default, 100, 1);
        Assert.Equal(new LogLag(0, null), await Reader.MeasureLagAsync(position));
        await using var slow = await fixture.Sql.OpenConnectionAsync();
        await using var open = await slow.HoldLineAsync("not yet");
        await fixture.AddLineAsync("held back", "'2026-03-04T05:06:07Z'");

        Assert.Equal(new LogLag(1, new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero)), await Reader.MeasureLagAsync(position));
    }

    [Fact]
    public async Task FindHolders_NamesWhoHoldsReadersBack_AndNobodyElse()
    {
        await using var observer = await fixture.Sql.OpenConnectionAsync();
        await using var reading = await fixture.Sql.OpenConnectionAsync();
        await using var only = await reading.BeginTransactionAsync();
        await using (var query = new Npgsql.NpgsqlCommand("select 1 from wingman.events", reading)) await query.ExecuteNonQueryAsync();
        await using var slow = await fixture.Sql.OpenConnectionAsync();
        await using var open = await slow.HoldLineAsync("open");

        // Other tests of this process work on the same server at the same time.
        var holders = await LogHorizon.FindHoldersAsync(observer, TimeSpan.Zero);

        Assert.Contains(holders, holder => holder.Who.StartsWith($"process {slow.ProcessID},", StringComparison.Ordinal) && holder.State == "idle in transaction");
        Assert.DoesNotContain(holders, holder => holder.Who.StartsWith($"process {reading.ProcessID},", StringComparison.Ordinal));
    }
}

/// <summary>A failover as the lanes detect it.</summary>
public sealed class LogEraFailoverTests
{
    [Fact]
    public async Task Promotion_BeginsAnEra_BeforeTheFirstLineIsWritten()
    {
        var server = new OwnServerFixture();
        await server.InitializeAsync();
        try
        {
            var tables = server.Open();
            var session = await SeededSession.InsertAsync(server);
            await session.WriteAsync(tables, session.Confirmed);
            var reader = new LogReader(server.Sql);
            var position = (await reader.ReadToEndAsync(default)).End;
            await server.RestartAsStandbyAsync();
            server.Sql.Clear();
            Assert.True(await server.ScalarAsync<bool>("select pg_promote()"));

            await session.CompleteAsync(tables);

            var page = await reader.ReadAsync(position, 10);
            page = page.HasMore ? await reader.ReadAsync(page.Next, 10) : page;
            Assert.Equal(["completed"], page.Lines.Select(static line => line.Kind));
            Assert.True(page.Lines[0].Position.Era > position.Era);
            Assert.Equal(2, await server.ScalarAsync<long>("select count(*) from wingman.log_eras"));
        }
        finally
        {
            await server.DisposeAsync();
        }
    }
}
