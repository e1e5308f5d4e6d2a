using Wingman.Grains.Tests.Cluster;
using Wingman.Sessions;
using Wingman.Testing;
using Wingman.Testing.Invariants;

namespace Wingman.Grains.Tests.Sessions;

/// <summary>Confirming, through grains on two silos and a real database.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ConfirmationTests(ClusterFixture fixture)
{
    private static readonly NoShowTerms Terms = new(TimeSpan.FromHours(24), DateTimeOffset.MinValue, [], DateTimeOffset.MaxValue);

    private WingmanCluster Cluster => fixture.Cluster;

    [Fact]
    public async Task ConfirmCompletion_WhenBothConfirm_CompletesCountsAndLogs()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync();
        var session = Cluster.Session(meeting);

        Assert.Equal(new(ConfirmOutcome.WaitingForBuddy, SessionStatus.Scheduled), await session.ConfirmCompletionAsync(meeting.User1));
        Assert.Equal(("scheduled", true, false, null), Shown(await Cluster.Tables.SessionAsync(meeting.Session)));
        Assert.Equal(new("accepted", 0, 0), await Cluster.Tables.MatchAsync(meeting.Match));

        Assert.Equal(new(ConfirmOutcome.Completed, SessionStatus.Completed), await session.ConfirmCompletionAsync(meeting.User2));
        var row = await Cluster.Tables.SessionAsync(meeting.Session);
        Assert.Equal(("completed", true, true), (row.Status, row.User1, row.User2));
        Assert.Equal(Cluster.Clock.GetUtcNow(), row.CompletedAt!.Value, TimeSpan.FromMinutes(1));
        Assert.Equal(new("accepted", 1, 1), await Cluster.Tables.MatchAsync(meeting.Match));
        Assert.Equal(
            [new("confirmed", meeting.User1, null), new("completed", meeting.User2, null)], await Cluster.Tables.LogAsync(meeting.Session));
        await Invariant.AssertAllAsync(Cluster.Database.OtherWriter);
    }

    [Fact]
    public async Task ConfirmCompletion_WhenRepeated_GivesTheSameAnswerAndChangesNothing()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync();
        var session = Cluster.Session(meeting);
        for (var i = 0; i < 3; i++)
            Assert.Equal(new(ConfirmOutcome.WaitingForBuddy, SessionStatus.Scheduled), await session.ConfirmCompletionAsync(meeting.User2));
        Assert.Equal(1, await ChangesAsync(meeting));

        await session.ConfirmCompletionAsync(meeting.User1);
        foreach (var user in new[] { meeting.User1, meeting.User2, meeting.User1 })
            Assert.Equal(new(ConfirmOutcome.AlreadyCompleted, SessionStatus.Completed), await session.ConfirmCompletionAsync(user));
        Assert.Equal(2, await ChangesAsync(meeting));
        Assert.Equal(["confirmed", "completed"], (await Cluster.Tables.LogAsync(meeting.Session)).Select(line => line.Kind));
    }

    [Fact]
    public async Task ConfirmCompletion_WhenBothConfirmAndRepeatAtOnceOverManySessions_CompletesEachOnce()
    {
        var meetings = await Cluster.Tables.AddMeetingsAsync(250);
        var answers = await Task.WhenAll(meetings.Select(async meeting =>
        {
            var session = Cluster.Session(meeting);
            UserId[] callers = [meeting.User1, meeting.User2, meeting.User1, meeting.User2];
            return await Task.WhenAll(callers.Select(session.ConfirmCompletionAsync));
        }));

        Assert.All(answers, given =>
        {
            Assert.Single(given, answer => answer.Outcome == ConfirmOutcome.Completed);
            Assert.All(given, answer => Assert.Contains(
                answer.Outcome, new[] { ConfirmOutcome.Completed, ConfirmOutcome.WaitingForBuddy, ConfirmOutcome.AlreadyCompleted }));
        });
        foreach (var meeting in meetings)
        {
            Assert.Equal((1, 0), await Cluster.CountsAsync(meeting.User1));
            Assert.Equal((1, 0), await Cluster.CountsAsync(meeting.User2));
        }

        await Invariant.AssertAllAsync(Cluster.Database.OtherWriter);
    }

    [Fact]
    public async Task ConfirmCompletion_WhenOneUserIsInManySessions_CountsThemAll()
    {
        var popular = new UserId(Guid.NewGuid());
        var meetings = Enumerable.Range(0, 100).Select(_ => Meeting.New() with { User1 = popular }).ToArray();
        foreach (var meeting in meetings) await Cluster.Tables.AddMeetingAsync(meeting: meeting);

        await Task.WhenAll(meetings.SelectMany(meeting => new[]
        {
            Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1),
            Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User2),
        }));

        Assert.Equal((100, 0), await Cluster.CountsAsync(popular));
    }

    [Fact]
    public async Task ConfirmCompletion_WhenAnotherTransactionHoldsTheRow_WaitsWhileNeighboursAreServed()
    {
        var locked = await Cluster.Tables.AddMeetingAsync();
        var others = await Cluster.Tables.AddMeetingsAsync(20);
        Task<ConfirmCompletionResult> waiting;
        await using (var connection = await Cluster.Database.OtherWriter.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using var take = connection.CreateCommand();
            take.CommandText = $"select from public.wingman_sessions where id = '{locked.Session}' for update";
            await take.ExecuteNonQueryAsync();
            waiting = Cluster.Session(locked).ConfirmCompletionAsync(locked.User1);

            await Task.WhenAll(others.Select(meeting => Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1)));
            Assert.False(waiting.IsCompleted);
        }

        Assert.Equal(ConfirmOutcome.WaitingForBuddy, (await waiting.WaitAsync(TimeSpan.FromSeconds(10))).Outcome);
    }

    [Fact]
    public async Task EveryMethod_WhenCalledByAStranger_IsRefusedAndChangesNothing()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync();
        var session = Cluster.Session(meeting);
        var stranger = new UserId(Guid.NewGuid());

        Assert.Equal(ConfirmOutcome.NotParticipant, (await session.ConfirmCompletionAsync(stranger)).Outcome);
        Assert.Equal(CancelOutcome.NotParticipant, (await session.CancelAsync(stranger)).Outcome);
        Assert.Equal(new(GetSessionOutcome.NotParticipant), await session.GetAsync(stranger));
        Assert.Equal(0, await ChangesAsync(meeting));
    }

    [Fact]
    public async Task ConfirmCompletion_WhenCancelled_IsRefused()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync();
        var session = Cluster.Session(meeting);
        await session.ConfirmCompletionAsync(meeting.User1);

        Assert.Equal(new(CancelOutcome.Cancelled, SessionStatus.Cancelled), await session.CancelAsync(meeting.User2));
        Assert.Equal(new(CancelOutcome.AlreadyOver, SessionStatus.Cancelled), await session.CancelAsync(meeting.User1));
        Assert.Equal(new(ConfirmOutcome.Cancelled, SessionStatus.Cancelled), await session.ConfirmCompletionAsync(meeting.User2));
        Assert.Equal(("cancelled", true, false, null), Shown(await Cluster.Tables.SessionAsync(meeting.Session)));
        Assert.Equal([new("confirmed", meeting.User1, null), new("cancelled", meeting.User2, null)], await Cluster.Tables.LogAsync(meeting.Session));
        Assert.Equal((0, 0, 0, 0), await Cluster.LaterCountsAsync(meeting));
    }

    [Fact]
    public async Task ConfirmCompletion_WhenNoShow_IsRefused()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync(startsIn: TimeSpan.FromHours(-25));
        var session = Cluster.Session(meeting);

        Assert.Equal(ExpireOutcome.NoShow, await session.ExpireAsync(Terms));
        Assert.Equal(ExpireOutcome.AlreadyOver, await session.ExpireAsync(Terms));
        Assert.Equal(new(ConfirmOutcome.NoShow, SessionStatus.NoShow), await session.ConfirmCompletionAsync(meeting.User1));
        Assert.Equal(new(CancelOutcome.AlreadyOver, SessionStatus.NoShow), await session.CancelAsync(meeting.User1));
        Assert.Equal([new("no_show", null, null)], await Cluster.Tables.LogAsync(meeting.Session));
        Assert.Equal((0, 1, 0, 1), await Cluster.LaterCountsAsync(meeting));
    }

    [Fact]
    public async Task ConfirmCompletion_WhenConfirmingBeginsWithTheSession_SaysFromWhen()
    {
        await using var cluster = await WingmanCluster.StartAsync(
            Cluster.Database, new() { Silos = 1, Settings = { [$"{SessionsOptions.Section}:{nameof(SessionsOptions.ConfirmFrom)}"] = "00:10:00" } });
        var meeting = await cluster.Tables.AddMeetingAsync(startsIn: TimeSpan.FromHours(1));
        var from = (await cluster.Tables.SessionAsync(meeting.Session)).ScheduledAt!.Value.AddMinutes(10);

        Assert.Equal(new(ConfirmOutcome.TooEarly, SessionStatus.Scheduled, from), await cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1));
        Assert.Equal(0, await ChangesAsync(meeting));

        // Another program moves the session: its new time counts.
        await cluster.Tables.SetAsync(meeting.Session, "scheduled_time = scheduled_time - interval '2 hours'");
        Assert.Equal(ConfirmOutcome.WaitingForBuddy, (await cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1)).Outcome);
    }

    /// <summary>The older confirmation begins with the session also where the newer one may be given at any time.</summary>
    [Fact]
    public async Task ConfirmBuddy_BeforeTheSession_SaysFromWhen()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync(startsIn: TimeSpan.FromHours(1));
        var from = (await Cluster.Tables.SessionAsync(meeting.Session)).ScheduledAt!.Value;

        Assert.Equal(
            new(ConfirmOutcome.TooEarly, SessionStatus.Scheduled, from), await Cluster.Session(meeting).ConfirmBuddyAsync(meeting.User1, meeting.User2));

        Assert.Equal(0, await ChangesAsync(meeting));
    }

    [Fact]
    public async Task ConfirmCompletion_WhenThePairHasReachedItsDailyLimit_IsRefusedUntilOneIsADayOld()
    {
        await using var cluster = await WingmanCluster.StartAsync(
            Cluster.Database,
            new() { Silos = 1, Settings = { [$"{SessionsOptions.Section}:{nameof(SessionsOptions.MaxCompletionsPerPairAndDay)}"] = "2" } });
        var first = await cluster.Tables.AddMeetingAsync();
        var reversed = await cluster.Tables.AddMeetingAsync(meeting: Meeting.New() with { User1 = first.User2, User2 = first.User1 });
        var third = await cluster.Tables.AddMeetingAsync(meeting: Meeting.New() with { User1 = first.User1, User2 = first.User2 });
        var stranger = await cluster.Tables.AddMeetingAsync(meeting: Meeting.New() with { User1 = first.User1 });
        await CompleteAsync(cluster, first);
        await CompleteAsync(cluster, reversed);

        // The first of the two confirmations is stored; the one that would complete the session is refused.
        Assert.Equal(ConfirmOutcome.WaitingForBuddy, (await cluster.Session(third).ConfirmCompletionAsync(third.User1)).Outcome);
        Assert.Equal(
            new(ConfirmOutcome.CompletionLimit, SessionStatus.Scheduled), await cluster.Session(third).ConfirmCompletionAsync(third.User2));
        Assert.Equal(1, await ChangesAsync(third));

        // The limit of this pair does not affect other pairs, and a completed session stays completed.
        await CompleteAsync(cluster, stranger);
        Assert.Equal(ConfirmOutcome.AlreadyCompleted, (await cluster.Session(first).ConfirmCompletionAsync(first.User2)).Outcome);

        await cluster.Tables.SetAsync(first.Session, "completed_at = completed_at - interval '23 hours'");
        Assert.Equal(ConfirmOutcome.CompletionLimit, (await cluster.Session(third).ConfirmCompletionAsync(third.User2)).Outcome);
        await cluster.Tables.SetAsync(first.Session, "completed_at = completed_at - interval '2 hours'");
        Assert.Equal(ConfirmOutcome.Completed, (await cluster.Session(third).ConfirmCompletionAsync(third.User2)).Outcome);

        static async Task CompleteAsync(WingmanCluster cluster, Meeting meeting)
        {
            Assert.Equal(ConfirmOutcome.WaitingForBuddy, (await cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1)).Outcome);
            Assert.Equal(ConfirmOutcome.Completed, (await cluster.Session(meeting).ConfirmCompletionAsync(meeting.User2)).Outcome);
        }
    }

    /// <summary>As a host's clock that had leaped ahead stamps it.</summary>
    [Fact]
    public async Task ConfirmCompletion_WhenACompletionOfThePairIsOfTheFuture_DoesNotCountIt()
    {
        await using var cluster = await WingmanCluster.StartAsync(
            Cluster.Database,
            new() { Silos = 1, Settings = { [$"{SessionsOptions.Section}:{nameof(SessionsOptions.MaxCompletionsPerPairAndDay)}"] = "1" } });
        var first = await cluster.Tables.AddMeetingAsync();
        var second = await cluster.Tables.AddMeetingAsync(meeting: Meeting.New() with { User1 = first.User1, User2 = first.User2 });
        await cluster.Session(first).ConfirmCompletionAsync(first.User1);
        Assert.Equal(ConfirmOutcome.Completed, (await cluster.Session(first).ConfirmCompletionAsync(first.User2)).Outcome);
        await cluster.Session(second).ConfirmCompletionAsync(second.User1);

        // Hosts' clocks may differ a little.
        await cluster.Tables.SetAsync(first.Session, "completed_at = completed_at + interval '30 seconds'");
        Assert.Equal(ConfirmOutcome.CompletionLimit, (await cluster.Session(second).ConfirmCompletionAsync(second.User2)).Outcome);
        await cluster.Tables.SetAsync(first.Session, "completed_at = completed_at + interval '20 days'");
        Assert.Equal(ConfirmOutcome.Completed, (await cluster.Session(second).ConfirmCompletionAsync(second.User2)).Outcome);
    }

    [Fact]
    public async Task Get_ShowsTheRow()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync();
        await Cluster.Tables.SetAsync(meeting.Session, "notes = 'bring cake'");
        await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1);

        var shown = await Cluster.Session(meeting).GetAsync(meeting.User2);

        Assert.Equal(GetSessionOutcome.Found, shown.Outcome);
        Assert.Equal(("Cafe", "bring cake"), (shown.Session!.VenueName, shown.Session.Notes));
        Assert.Equal(await Cluster.Session(meeting).GetStateAsync(), shown.Session.Snapshot);
        Assert.True(shown.Session.Snapshot is { User1Confirmed: true, User2Confirmed: false });
    }

    [Theory]
    [InlineData(nameof(ISessionGrain.ConfirmCompletionAsync))]
    [InlineData(nameof(ISessionGrain.CancelAsync))]
    [InlineData(nameof(ISessionGrain.GetAsync))]
    [InlineData(nameof(ISessionGrain.ExpireAsync))]
    public async Task EveryMethod_WhenUnknown_FindsNothingAndKeepsNoActivation(string method)
    {
        var meeting = Meeting.New();
        var session = Cluster.Session(meeting);

        var outcome = method switch
        {
            nameof(ISessionGrain.ConfirmCompletionAsync) => $"{(await session.ConfirmCompletionAsync(meeting.User1)).Outcome}",
            nameof(ISessionGrain.CancelAsync) => $"{(await session.CancelAsync(meeting.User1)).Outcome}",
            nameof(ISessionGrain.GetAsync) => $"{(await session.GetAsync(meeting.User1)).Outcome}",
            _ => $"{await session.ExpireAsync(Terms)}",
        };

        Assert.Equal("NotFound", outcome);
        await Eventually.IsTrueAsync("the unknown session has no activation", _ => Task.FromResult(!Cluster.IsActive(session)));
        Assert.Null(await session.GetStateAsync());
    }

    [Fact]
    public async Task EveryGrain_WhenAskedForManyRandomIds_KeepsNoActivations()
    {
        await using var cluster = await WingmanCluster.StartAsync(Cluster.Database, new() { Silos = 1 });
        var known = await cluster.Tables.AddMeetingAsync();
        await cluster.Session(known).ConfirmCompletionAsync(known.User1);
        var before = await cluster.CountActivationsAsync();
        Assert.True(before > 0);

        for (var i = 0; i < 20; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, 100).SelectMany(_ =>
            {
                var meeting = Meeting.New();
                return new Task[]
                {
                    cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1),
                    cluster.Session(meeting).GetAsync(meeting.User1),
                    cluster.Match(meeting.Match).ScheduleSessionAsync(new(new(meeting.User1, false), "Cafe", DateTimeOffset.MaxValue, null, null)),
                    cluster.Reputation(meeting.User1).GetAsync(),
                };
            }));
        }

        // The sweeper may have run meanwhile.
        await Eventually.BecomesAsync("6,000 unknown ids have no activation", _ => cluster.CountActivationsAsync(), count => count <= before + 1);
    }

    [Fact]
    public async Task ConfirmCompletion_WhenTheRowIsInsertedLater_FindsIt()
    {
        var meeting = Meeting.New();
        Assert.Equal(ConfirmOutcome.NotFound, (await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1)).Outcome);

        await Cluster.Tables.AddMeetingAsync(meeting: meeting);

        Assert.Equal(ConfirmOutcome.WaitingForBuddy, (await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1)).Outcome);
    }

    private static (string?, bool?, bool?, DateTimeOffset?) Shown(SessionRow row) => (row.Status, row.User1, row.User2, row.CompletedAt);

    private Task<long> ChangesAsync(Meeting meeting) => Cluster.Tables.CountAsync(
        "select count(*) from journal.changes where row_id = $1 and writer = $2", meeting.Session.Value, ChangeJournal.Ours);
}
