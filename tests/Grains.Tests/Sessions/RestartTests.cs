using Wingman.Grains.Tests.Cluster;
using Wingman.Matches;
using Wingman.Sessions;
using Wingman.Testing.Invariants;

namespace Wingman.Grains.Tests.Sessions;

/// <summary>After a restart the answers are the same as before.</summary>
public sealed class RestartTests
{
    [Fact]
    public async Task EveryState_WhenTheClusterIsRestarted_IsReadBack()
    {
        await using var database = await TestDatabase.CreateFreshAsync();
        Meeting[] waiting, completed, cancelled;
        Meeting expired;
        MatchId match;
        SessionSnapshot[] before;
        await using (var cluster = await WingmanCluster.StartAsync(database))
        {
            waiting = await cluster.Tables.AddMeetingsAsync(20);
            completed = await cluster.Tables.AddMeetingsAsync(20);
            cancelled = await cluster.Tables.AddMeetingsAsync(20);
            expired = await cluster.Tables.AddMeetingAsync(startsIn: TimeSpan.FromHours(-25));
            match = waiting[0].Match;
            await Task.WhenAll(waiting.Concat(completed).Select(m => cluster.Session(m).ConfirmCompletionAsync(m.User1)));
            await Task.WhenAll(completed.Select(m => cluster.Session(m).ConfirmCompletionAsync(m.User2)));
            await Task.WhenAll(cancelled.Select(m => cluster.Session(m).CancelAsync(m.User2)));
            await cluster.Session(expired).ExpireAsync(new(TimeSpan.FromHours(24), DateTimeOffset.MinValue, [], DateTimeOffset.MaxValue));
            await cluster.Match(match).RegisterAsync(new(waiting[0].User1, waiting[0].User2, MatchStatus.Declined));
            before = await SnapshotsAsync(cluster, [.. waiting, .. completed, .. cancelled, expired]);
        }

        await using var restarted = await WingmanCluster.StartAsync(database);
        Assert.Equal(before, await SnapshotsAsync(restarted, [.. waiting, .. completed, .. cancelled, expired]));
        await Task.WhenAll(waiting.Select(async m =>
        {
            Assert.Equal(ConfirmOutcome.WaitingForBuddy, (await restarted.Session(m).ConfirmCompletionAsync(m.User1)).Outcome);
            Assert.Equal(ConfirmOutcome.Completed, (await restarted.Session(m).ConfirmCompletionAsync(m.User2)).Outcome);
        }));
        await Task.WhenAll(completed.Select(async m =>
        {
            Assert.Equal(ConfirmOutcome.AlreadyCompleted, (await restarted.Session(m).ConfirmCompletionAsync(m.User1)).Outcome);
            Assert.Equal((1, 0), await restarted.CountsAsync(m.User1));
        }));
        await Task.WhenAll(cancelled.Select(async m =>
            Assert.Equal(ConfirmOutcome.Cancelled, (await restarted.Session(m).ConfirmCompletionAsync(m.User1)).Outcome)));
        Assert.Equal(ConfirmOutcome.NoShow, (await restarted.Session(expired).ConfirmCompletionAsync(expired.User1)).Outcome);
        Assert.Equal((0, 1), await restarted.CountsAsync(expired.User1));
        Assert.Equal(RegisterMatchOutcome.Updated, await restarted.Match(match).RegisterAsync(new(waiting[0].User1, waiting[0].User2, MatchStatus.Declined)));
        Assert.Equal(MatchStatus.Declined, (await restarted.Match(match).GetStateAsync())!.Status);
        await Invariant.AssertAllAsync(database.OtherWriter);
    }

    private static Task<SessionSnapshot[]> SnapshotsAsync(WingmanCluster cluster, Meeting[] meetings) => Task.WhenAll(
        meetings.Select(async meeting => (await cluster.Session(meeting).GetAsync(meeting.User1)).Session!.Snapshot));
}
