using Orleans.Storage;
using Wingman.Matches;
using Wingman.Sessions;

namespace Wingman.Storage.Tests.Relational;

/// <summary>A match's row, and the session that is born in the commit of its match.</summary>
public sealed class MatchWriteTests(StorageLab lab) : IClassFixture<StorageLab>
{
    [Theory]
    [InlineData(MatchStatus.Pending, "pending")]
    [InlineData(MatchStatus.Accepted, "accepted")]
    [InlineData(MatchStatus.Declined, "declined")]
    public async Task Write_OfANewMatch_InsertsItsRow(MatchStatus status, string name)
    {
        var (match, state) = NewMatch(await lab.OpenAsync(), status);

        await match.WriteAsync(state);

        Assert.Equal($"{state.User1} {state.User2} {name} 0 0", await RowAsync(match));
    }

    [Fact]
    public async Task Write_OfAKnownMatch_ChangesItsStatusAlone()
    {
        var (match, state) = NewMatch(await lab.OpenAsync(), MatchStatus.Pending);
        await match.WriteAsync(state);
        await lab.ExecuteAsync("update wingman_matches set user1_reputation = 5 where id = $1", match.Grain.GetGuidKey());

        await match.WriteAsync(state with { Status = MatchStatus.Accepted });

        Assert.Equal($"{state.User1} {state.User2} accepted 5 0", await RowAsync(match));
    }

    [Fact]
    public async Task Write_WithASession_InsertsItsRowOnce_AndLeavesItAloneLater()
    {
        var storage = await lab.OpenAsync();
        var (match, state) = NewMatch(storage, MatchStatus.Accepted);
        var scheduled = Scheduled();
        await match.WriteAsync(state with { LastScheduled = scheduled });
        Assert.Equal("scheduled Café 2026-03-04 18:30 f f", await SessionAsync(scheduled));

        await lab.ExecuteAsync("update wingman_sessions set status = 'cancelled', venue_name = 'moved' where id = $1", scheduled.Id.Value);
        await match.WriteAsync(state with { Status = MatchStatus.Declined, LastScheduled = scheduled });

        Assert.Equal("cancelled moved 2026-03-04 18:30 f f", await SessionAsync(scheduled));
    }

    [Fact]
    public async Task Write_ThatLost_InsertsNoRow()
    {
        var storage = await lab.OpenAsync();
        var (match, state) = NewMatch(storage, MatchStatus.Accepted);
        var stale = match.Twin();
        await match.WriteAsync(state);
        var scheduled = Scheduled();

        await Assert.ThrowsAsync<InconsistentStateException>(
            () => stale.WriteAsync(state with { Status = MatchStatus.Declined, LastScheduled = scheduled }));

        Assert.Equal(0, await lab.ScalarAsync<long>("select count(*) from wingman_sessions where id = $1", scheduled.Id.Value));
        Assert.Equal($"{state.User1} {state.User2} accepted 0 0", await RowAsync(match));
    }

    [Fact]
    public async Task SessionBornWithItsMatch_IsAdoptedByItsGrain()
    {
        var storage = await lab.OpenAsync();
        var (match, state) = NewMatch(storage, MatchStatus.Accepted);
        var scheduled = Scheduled();
        await match.WriteAsync(state with { LastScheduled = scheduled });

        var session = await new Cell<SessionState>(storage, TextCell.GrainOf(scheduled.Id.Value), "session").ReadAsync();

        Assert.Equal(
            new SessionState { Match = new(match.Grain.GetGuidKey()), User1 = state.User1, User2 = state.User2, ScheduledAt = scheduled.ScheduledAt },
            session.State);
        Assert.False(session.Exists);
    }

    [Fact]
    public async Task MatchesAndSessionsOfOneBatch_AreOneCommit()
    {
        var storage = await lab.OpenAsync(HeldLane.Options);
        var sessions = await SeededSession.InsertAsync(lab, 20);
        List<Task> writes = [];
        await using (await HeldLane.HoldAsync(lab, storage))
        {
            foreach (var session in sessions)
            {
                writes.Add(session.Cell(storage).WriteAsync(session.Completed));
                var (match, state) = NewMatch(storage, MatchStatus.Accepted);
                writes.Add(match.WriteAsync(state with { LastScheduled = Scheduled() }));
                writes.Add(TextCell.New(storage).WriteAsync("neither"));
            }
        }

        await Task.WhenAll(writes);

        Assert.Equal(1, await lab.ScalarAsync<long>("""
            select count(distinct xmin::text) from orleans.orleansstorage where graintypestring in ('session', 'state')
            """));
        Assert.All(await Task.WhenAll(sessions.Select(session => session.RowsAsync(lab))),
            rows => Assert.Equal("completed t t 20:30 1 1 1:completed,2:completed", rows));
    }

    private static (Cell<MatchState> Cell, MatchState State) NewMatch(IGrainStorage storage, MatchStatus status) => (
        new(storage, TextCell.NewGrain(), "match"),
        new() { User1 = new(Guid.NewGuid()), User2 = new(Guid.NewGuid()), Status = status });

    private static ScheduledSession Scheduled() => new()
    {
        Id = new(Guid.NewGuid()),
        VenueName = "Café",
        ScheduledAt = SeededSession.Then,
        User1ChallengeId = Guid.NewGuid(),
        CreatedAt = SeededSession.Then,
    };

    private Task<string> RowAsync(Cell<MatchState> match) => lab.ScalarAsync<string>(
        "select concat_ws(' ', user1_id, user2_id, status, user1_reputation, user2_reputation) from wingman_matches where id = $1",
        match.Grain.GetGuidKey());

    private Task<string> SessionAsync(ScheduledSession session) => lab.ScalarAsync<string>("""
        select concat_ws(' ', status, venue_name, to_char(scheduled_time at time zone 'utc', 'YYYY-MM-DD HH24:MI'),
          user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1)
        from wingman_sessions where id = $1
        """, session.Id.Value);
}
