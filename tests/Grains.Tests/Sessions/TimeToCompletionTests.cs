using Wingman.Grains.Tests.Cluster;
using Wingman.Grains.Tests.Sweeping;
using Wingman.Operators;
using Wingman.Sessions;
using Wingman.Testing;

namespace Wingman.Grains.Tests.Sessions;

/// <summary>The metric of the time between two confirmations has the times of the log, and no other completions.</summary>
public sealed class TimeToCompletionTests : IAsyncLifetime
{
    private static readonly NoShowTerms Terms = new(TimeSpan.FromHours(24), DateTimeOffset.MinValue, [], DateTimeOffset.MaxValue);

    private WingmanCluster _cluster = null!;

    // With one silo, sessions are measured in the order in which they were completed.
    public async Task InitializeAsync() => _cluster = await WingmanCluster.StartAsync(await TestDatabase.CreateFreshAsync(), new() { Silos = 1 });

    public async Task DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _cluster.Database.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SessionThatBothConfirm_IsMeasuredFromTheFirstConfirmation(bool isDeactivated)
    {
        using var metrics = new MetricsReader("Wingman");
        var meeting = await _cluster.Tables.AddMeetingAsync();
        var session = _cluster.Session(meeting);
        await session.ConfirmCompletionAsync(meeting.User1);
        _cluster.Clock.Advance(TimeSpan.FromHours(3));
        await session.ConfirmCompletionAsync(meeting.User1);
        _cluster.Clock.Advance(TimeSpan.FromHours(2));
        if (isDeactivated) await _cluster.DeactivateAsync(session);
        Assert.Equal(ConfirmOutcome.Completed, (await session.ConfirmCompletionAsync(meeting.User2)).Outcome);

        await MeasuredAsync(metrics, 1);

        // The clock goes on while the test runs.
        Assert.InRange(Assert.Single(Recorded(metrics)), TimeSpan.FromHours(5).TotalSeconds, TimeSpan.FromHours(5.5).TotalSeconds);
    }

    [Theory]
    [InlineData("the first confirmation is another program's")]
    [InlineData("both confirmations are another program's")]
    [InlineData("another program changes the row in between")]
    [InlineData("notes in between")]
    [InlineData("an operator opens it again in between")]
    [InlineData("ended by the sweeper")]
    public async Task SessionThatIsCompletedOtherwise_IsNotMeasured(string how)
    {
        using var metrics = new MetricsReader("Wingman");
        var meeting = await _cluster.Tables.AddMeetingAsync(startsIn: TimeSpan.FromHours(-25));
        var session = _cluster.Session(meeting);
        var isOfOthers = how is "the first confirmation is another program's" or "both confirmations are another program's";
        if (!isOfOthers) await session.ConfirmCompletionAsync(meeting.User1);
        await _cluster.DeactivateAsync(session);
        switch (how)
        {
            case "the first confirmation is another program's":
                await _cluster.Tables.SetAsync(meeting.Session, Tables.SetUser1);
                break;
            case "both confirmations are another program's":
                await _cluster.Tables.SetAsync(meeting.Session, $"{Tables.SetUser1}, {Tables.SetUser2}");
                break;
            case "another program changes the row in between":
                await _cluster.Tables.SetAsync(meeting.Session, "venue_name = 'elsewhere'");
                break;
            case "notes in between":
                await session.UpdateNotesAsync(meeting.User1, "done");
                break;
            case "an operator opens it again in between":
                Assert.Equal(ExpireOutcome.NoShow, await session.ExpireAsync(Terms));
                await session.RepairAsync(new(RepairKind.Reopen, new("olga", "ticket 17")));
                break;
            default:
                await _cluster.Tables.SetAsync(meeting.Session, Tables.SetUser2);
                Assert.Equal(ExpireOutcome.Completed, await session.ExpireAsync(Terms));
                break;
        }

        if (how != "ended by the sweeper") Assert.Equal(ConfirmOutcome.Completed, (await session.ConfirmCompletionAsync(meeting.User2)).Outcome);

        // The second one of these is measured in a later round, when the round of the first has ended.
        for (var measured = 1; measured <= 2; measured++)
        {
            var other = await _cluster.Tables.AddMeetingAsync();
            await _cluster.Session(other).ConfirmCompletionAsync(other.User1);
            await _cluster.Session(other).ConfirmCompletionAsync(other.User2);
            await MeasuredAsync(metrics, measured);
        }

        Assert.Equal(2, Recorded(metrics).Length);
        Assert.Equal(3, metrics.Sum("wingman.completions"));
    }

    private static double[] Recorded(MetricsReader metrics) => metrics.Recorded("wingman.session.time_to_completion");

    private static Task MeasuredAsync(MetricsReader metrics, int sessions) =>
        Eventually.IsTrueAsync($"{sessions} sessions are measured", _ => Task.FromResult(Recorded(metrics).Length >= sessions));
}
