using Wingman.Grains.Tests.Cluster;
using Wingman.Grains.Tests.Invariants;
using Wingman.Matches;
using Wingman.Sessions;
using Wingman.Testing;

namespace Wingman.Grains.Tests.Sessions;

/// <summary>What was answered before a restart is what is known after it.</summary>
public sealed class RestartTests
{
    [Fact]
    public async Task EveryState_WhenTheClusterIsRestarted_IsReadBack()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        Meeting[] waiting, completed, cancelled;
        Meeting expired;
        MatchId match;
        SessionSnapshot[] before;
        await using (var cluster = await WingmanCluster.StartAsync(database))
        {
            waiting = await cluster.Product.AddMeetingsAsync(20);
            completed = await cluster.Product.AddMeetingsAsync(20);
            cancelled = await cluster.Product.AddMeetingsAsync(20);
            expired = await cluster.Product.AddMeetingAsync(startsIn: TimeSpan.FromHours(-25));
            match = waiting[0].Match;
            await Task.WhenAll(waiting.Concat(completed).Select(m => cluster.Session(m.Session).ConfirmCompletionAsync(m.User1)));
            await Task.WhenAll(completed.Select(m => cluster.Session(m.Session).ConfirmCompletionAsync(m.User2)));
            await Task.WhenAll(cancelled.Select(m => cluster.Session(m.Session).CancelAsync(m.User2)));
            await cluster.Session(expired.Session).ExpireAsync();
            await cluster.Match(match).RegisterAsync(new(waiting[0].User1, waiting[0].User2, MatchStatus.Declined));
            before = await SnapshotsAsync(cluster, [.. waiting, .. completed, .. cancelled, expired]);
        }

        await using var restarted = await WingmanCluster.StartAsync(database);
        Assert.Equal(before, await SnapshotsAsync(restarted, [.. waiting, .. completed, .. cancelled, expired]));
        await Task.WhenAll(waiting.Select(async m =>
        {
            Assert.Equal(ConfirmOutcome.WaitingForBuddy, (await restarted.Session(m.Session).ConfirmCompletionAsync(m.User1)).Outcome);
            Assert.Equal(ConfirmOutcome.Completed, (await restarted.Session(m.Session).ConfirmCompletionAsync(m.User2)).Outcome);
        }));
        await Task.WhenAll(completed.Select(async m =>
        {
            Assert.Equal(ConfirmOutcome.AlreadyCompleted, (await restarted.Session(m.Session).ConfirmCompletionAsync(m.User1)).Outcome);
            Assert.Equal(1, (await restarted.Reputation(m.User1).GetAsync()).CompletedSessions);
        }));
        await Task.WhenAll(cancelled.Select(async m =>
            Assert.Equal(ConfirmOutcome.Cancelled, (await restarted.Session(m.Session).ConfirmCompletionAsync(m.User1)).Outcome)));
        Assert.Equal(ConfirmOutcome.NoShow, (await restarted.Session(expired.Session).ConfirmCompletionAsync(expired.User1)).Outcome);
        Assert.Equal(1, (await restarted.Reputation(expired.User1).GetAsync()).NoShows);
        Assert.Equal(RegisterMatchOutcome.Updated, await restarted.Match(match).RegisterAsync(new(waiting[0].User1, waiting[0].User2, MatchStatus.Declined)));
        Assert.Equal(MatchStatus.Declined, (await restarted.Match(match).GetStateAsync())!.Status);
        await CommitInvariants.AssertAsync(restarted.Database);
    }

    private static Task<SessionSnapshot[]> SnapshotsAsync(WingmanCluster cluster, Meeting[] meetings) => Task.WhenAll(
        meetings.Select(async meeting => (await cluster.Session(meeting.Session).GetAsync(meeting.User1)).Session!.Snapshot));
}
