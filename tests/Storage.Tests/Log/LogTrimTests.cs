using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Wingman.Events;
using Wingman.Silo.Hosting;
using Wingman.Silo.Storage;
using Wingman.Silo.Storage.Log;
using Wingman.Storage.Tests.Fixtures;
using Wingman.Webhooks;

namespace Wingman.Storage.Tests.Log;

/// <summary>The log is kept for the configured time and as long as its readers need it, and no longer.</summary>
public sealed class LogTrimTests(FreshFixture fixture) : IClassFixture<FreshFixture>, IAsyncLifetime
{
    private const string Old = "now() - interval '91 days'";
    private const string Young = "now() - interval '89 days'";

    private WebhookTable Table => new(fixture.Sql);

    /// <inheritdoc/>
    public Task InitializeAsync() => fixture.ClearLogAsync();

    /// <inheritdoc/>
    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Trim_DeletesWhatIsOlderThanTheRetention()
    {
        await fixture.AddLineAsync("old", Old);
        await fixture.AddLineAsync("young", Young);

        Assert.Equal(1, await TrimAsync());

        Assert.Equal(["young"], await LeftAsync());
        Assert.Equal(0, await TrimAsync());
    }

    [Theory]
    [InlineData(30, Young)]
    [InlineData(-30, Old)]
    public async Task Trim_DeletesNothingThatIsYoungByTheHostsClockOrTheDatabases(int daysAhead, string at)
    {
        await fixture.AddLineAsync("old by both", "now() - interval '200 days'");
        await fixture.AddLineAsync("young by one", at);

        Assert.Equal(1, await TrimAsync(new ClockAhead(TimeSpan.FromDays(daysAhead))));

        Assert.Equal(["young by one"], await LeftAsync());
    }

    [Fact]
    public async Task Trim_DeletesNothingThatAReaderStillNeeds()
    {
        await fixture.AddLineAsync("read by all", Old);
        await fixture.AddLineAsync("read by one", Old);
        await fixture.AddLineAsync("read by nobody", Old);
        var lines = await new LogReader(fixture.Sql).FirstAsync(3);
        await ReportAsync("behind", lines[0].Position);
        await ReportAsync("ahead", lines[1].Position);

        Assert.Equal(1, await TrimAsync());

        Assert.Equal(["read by one", "read by nobody"], await LeftAsync());
    }

    [Fact]
    public async Task Trim_DoesNotCountAReaderThatWasCutOff()
    {
        await fixture.AddLineAsync("old", Old);
        await ReportAsync("dead", default, cutOffAt: SeededSession.Then);

        Assert.Equal(1, await TrimAsync());
    }

    [Fact]
    public async Task Trim_CutsOffAReaderThatNoHostHasServedForLong_AndItsGrainLearnsOfIt()
    {
        await fixture.AddLineAsync("old", Old);
        await ReportAsync("gone", default);
        Assert.Equal(0, await TrimAsync());
        Assert.Null((await Table.FindRequestsAsync("gone")).CutOffAt);
        await fixture.ExecuteAsync("update wingman.log_readers set seen_at = now() - interval '3 days 1 minute'");

        Assert.Equal(1, await TrimAsync());

        Assert.NotNull((await Table.FindRequestsAsync("gone")).CutOffAt);
    }

    [Fact]
    public async Task Trim_TakesDeadLettersWithTheirLines()
    {
        await fixture.AddLineAsync("old", Old);
        await fixture.AddLineAsync("young", Young);
        foreach (var line in await new LogReader(fixture.Sql).FirstAsync(2))
        {
            await Table.StoreDeadLetterAsync("receiver", new(new(line.Position, "id", "session.completed", Guid.Empty, [])) { FirstFailedAt = SeededSession.Then, LastFailure = "answered 400" });
        }

        await TrimAsync();

        Assert.Equal(1, await fixture.ScalarAsync<long>("select count(*) from wingman.webhook_dead_letters"));
    }

    [Fact]
    public async Task Trim_DeletesABoundedNumberAtATime_InTheEndAll()
    {
        await fixture.ExecuteAsync($"insert into wingman.events (kind, at, host) select 'observed', {Old}, 'test' from generate_series(1, 2500)");
        await fixture.AddLineAsync("young", Young);
        var trim = new LogTrim(fixture.Sql);
        var olderThan = TimeProvider.System.GetUtcNow().AddDays(-90);

        Assert.Equal(LogTrim.MaxLines, await trim.TrimAsync(olderThan));
        Assert.Equal(1500, await TrimAsync());

        Assert.Equal(["young"], await LeftAsync());
    }

    [Fact]
    public async Task Trim_GoesThroughTheErasInTheirOrder()
    {
        await fixture.AddLineAsync("old, of the server before", Old, tx: "99999999999");
        await fixture.BeginEraAsync("another/00000001");
        await fixture.AddLineAsync("old, with a lower transaction id", Old, tx: "3");
        var end = (await new LogReader(fixture.Sql).ReadAsync(default, 100, 2)).End;
        await ReportAsync("at the begin of the second era", end with { Tx = 0, Id = 0 });

        Assert.Equal(1, await TrimAsync());
        Assert.Equal(["old, with a lower transaction id"], await LeftAsync());
        await ReportAsync("at the begin of the second era", end);

        Assert.Equal(1, await TrimAsync());
    }

    [Fact]
    public async Task Trim_DeletesNothingOfALaterEraThanAReaderIsIn_WhateverTheTransactions()
    {
        var (era, _, _) = await new LogReader(fixture.Sql).FindEndAsync();
        await fixture.BeginEraAsync("another/00000003");
        await fixture.AddLineAsync("old, unread, with a lower transaction id", Old, tx: "3");
        await ReportAsync("in the era before", new(era, 99_999_999_999, 1));

        Assert.Equal(0, await TrimAsync());

        Assert.Equal(["old, unread, with a lower transaction id"], await LeftAsync());
    }

    [Fact]
    public async Task Requests_AreDoneOnce_AndOneThatCameMeanwhileStays()
    {
        await ReportAsync("receiver", new(1, 5, 5));
        await fixture.ExecuteAsync("update wingman.log_readers set asked_to_resume = true, asked_from_era = 1, asked_from_tx = '4', asked_from_id = 2");
        var requests = await Table.FindRequestsAsync("receiver");
        Assert.Equal((true, new LogPosition(1, 4, 2)), (requests.Resume, requests.From));
        await fixture.ExecuteAsync("update wingman.log_readers set asked_from_id = 1");

        await Table.SetDoneAsync("receiver", requests);

        var left = await Table.FindRequestsAsync("receiver");
        Assert.Equal((false, new LogPosition(1, 4, 1)), (left.Resume, left.From));
        await Table.SetDoneAsync("receiver", left);
        Assert.True((await Table.FindRequestsAsync("receiver")).IsEmpty);
        Assert.True((await Table.FindRequestsAsync("nobody")).IsEmpty);
    }

    private Task ReportAsync(string name, LogPosition floor, DateTimeOffset? cutOffAt = null) =>
        Table.ReportAsync(name, new(floor, 0, null, null, cutOffAt, null));

    private async Task<int> TrimAsync(TimeProvider? clock = null)
    {
        using var trimmer = new LogTrimmer(
            new(fixture.Sql), clock ?? TimeProvider.System, Options.Create(new LogOptions()), Options.Create(new WebhookOptions()), NullLogger<LogTrimmer>.Instance);
        return await trimmer.TrimAsync(CancellationToken.None);
    }

    private Task<List<string>> LeftAsync() => fixture.ColumnAsync<string>("select detail from wingman.events order by id");

    private sealed class ClockAhead(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
    }
}
