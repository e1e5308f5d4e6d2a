using Orleans.Storage;
using Wingman.Matches;
using Wingman.Sessions;

namespace Wingman.Storage.Tests.Relational;

/// <summary>Sessions and matches that only the product's tables know of are taken over as they stand.</summary>
public sealed class AdoptionTests(StorageLab lab) : IClassFixture<StorageLab>
{
    public static IEnumerable<object[]> EveryStatusAndFlags { get; } =
        from status in new[] { "scheduled", "in_progress", "completed", "cancelled", "no_show" }
        from one in new[] { true, false }
        from two in new[] { true, false }
        select new object[] { status, one, two };

    [Theory]
    [MemberData(nameof(EveryStatusAndFlags))]
    public async Task Read_OfASessionRow_GivesItsStateAndWritesNothing(string status, bool one, bool two)
    {
        var storage = await lab.OpenAsync();
        var session = await SeededSession.InsertAsync(lab);
        var expected = session.State(Enum.Parse<SessionStatus>(status.Replace("_", "", StringComparison.Ordinal), ignoreCase: true), one, two);
        await lab.ExecuteAsync("""
            update wingman_sessions set status = $2, user1_completed_confirmed_by_user2 = $3, user2_completed_confirmed_by_user1 = $4, completed_at = $5
            where id = $1
            """, session.Id, status, one, two, (object?)expected.CompletedAt?.UtcDateTime ?? DBNull.Value);

        var cell = await session.Cell(storage).ReadAsync();

        Assert.Equal(expected, cell.State);
        Assert.Equal((false, null), (cell.Exists, cell.ETag));
        Assert.Equal(0, await StoredAsync(session));
    }

    [Theory]
    [InlineData("status = 'cancelled'")]
    [InlineData("status = 'completed'")]
    [InlineData("user2_completed_confirmed_by_user1 = true")]
    public async Task FirstWrite_AfterTheProductChangedTheRow_ConflictsAndChangesNothing(string change)
    {
        var storage = await lab.OpenAsync();
        var session = await SeededSession.InsertAsync(lab);
        var cell = await session.Cell(storage).ReadAsync();
        await lab.ExecuteAsync($"update wingman_sessions set {change} where id = $1", session.Id);
        var rows = await session.RowsAsync(lab);

        await Assert.ThrowsAsync<InconsistentStateException>(() => cell.WriteAsync(session.State(SessionStatus.Scheduled, user1Confirmed: true)));

        Assert.Equal(rows, await session.RowsAsync(lab));
        Assert.Equal(0, await StoredAsync(session));
    }

    [Fact]
    public async Task Read_OfARowFullOfNulls_TakesTheColumnsDefaults()
    {
        var storage = await lab.OpenAsync();
        var session = await SeededSession.InsertAsync(lab);
        await lab.ExecuteAsync("""
            update wingman_sessions set status = null, user1_completed_confirmed_by_user2 = null, user2_completed_confirmed_by_user1 = null, scheduled_time = null
            where id = $1
            """, session.Id);
        await lab.ExecuteAsync("update wingman_matches set status = null where id = $1", session.Match);

        var cell = await session.Cell(storage).ReadAsync();
        Assert.Equal((SessionStatus.Scheduled, false, false), (cell.State.Status, cell.State.User1Confirmed, cell.State.User2Confirmed));
        Assert.Equal(MatchStatus.Pending, (await Match(storage, session).ReadAsync()).State.Status);
    }

    [Theory]
    [InlineData("pending", MatchStatus.Pending)]
    [InlineData("accepted", MatchStatus.Accepted)]
    [InlineData("declined", MatchStatus.Declined)]
    public async Task Read_OfAMatchRow_GivesItsState(string name, MatchStatus status)
    {
        var storage = await lab.OpenAsync();
        var session = await SeededSession.InsertAsync(lab);
        await lab.ExecuteAsync("update wingman_matches set status = $2 where id = $1", session.Match, name);

        var match = await Match(storage, session).ReadAsync();

        Assert.Equal(new MatchState { User1 = new(session.User1), User2 = new(session.User2), Status = status }, match.State);
        Assert.False(match.Exists);
    }

    [Fact]
    public async Task Read_OfUnknownIds_FindsNothingAndCostsNoRow()
    {
        var storage = await lab.OpenAsync();
        var unknown = new SeededSession(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());

        Assert.False((await unknown.Cell(storage).ReadAsync()).State.IsKnown);
        Assert.False((await Match(storage, unknown).ReadAsync()).State.IsKnown);
        Assert.Equal(0, await StoredAsync(unknown));
    }

    [Fact]
    public async Task Read_OfASessionsIdAsAMatch_FindsNothing()
    {
        var storage = await lab.OpenAsync();
        var session = await SeededSession.InsertAsync(lab);

        Assert.False((await new Cell<MatchState>(storage, TextCell.GrainOf(session.Id), "match").ReadAsync()).State.IsKnown);
        Assert.False((await new Cell<SessionState>(storage, TextCell.GrainOf(session.Match), "session").ReadAsync()).State.IsKnown);
    }

    [Fact]
    public async Task StoredState_GoesBeforeTheRow()
    {
        var storage = await lab.OpenAsync();
        var session = await SeededSession.InsertAsync(lab);
        await session.Cell(storage).WriteAsync(session.State(SessionStatus.Scheduled, user1Confirmed: true));
        await lab.ExecuteAsync("update wingman_sessions set status = 'cancelled' where id = $1", session.Id);

        Assert.Equal(session.State(SessionStatus.Scheduled, user1Confirmed: true), (await session.Cell(storage).ReadAsync()).State);
    }

    [Fact]
    public async Task KnownUnknownStoredAndOtherStates_AreToldApartInOneRead()
    {
        var storage = await lab.OpenAsync(options => options.ReadLanes = 1);
        var sessions = await SeededSession.InsertAsync(lab, 30);
        foreach (var stored in sessions.Take(10)) await stored.Cell(storage).WriteAsync(stored.Completed);
        var text = await TextCell.New(storage).WriteAsync("text");

        var reads = sessions.Select(session => (session, Session: session.Cell(storage).ReadAsync(), Match: Match(storage, session).ReadAsync())).ToList();
        var unknown = new Cell<SessionState>(storage, TextCell.NewGrain(), "session").ReadAsync();
        var other = TextCell.Of(storage, text.Grain).ReadAsync();

        for (var index = 0; index < reads.Count; index++)
        {
            var (session, readSession, readMatch) = reads[index];
            Assert.Equal(index < 10 ? session.Completed : session.State(SessionStatus.Scheduled), (await readSession).State);
            Assert.Equal(index < 10 ? "1" : null, (await readSession).ETag);
            Assert.Equal(new(session.User1), (await readMatch).State.User1);
        }

        Assert.False((await unknown).State.IsKnown);
        Assert.Equal("text", (await other).Text());
    }

    [Fact]
    public async Task FirstTouch_ByBothBuddiesOnTwoHosts_IsWonByOne_AndTheOtherCompletes()
    {
        var hosts = await Task.WhenAll(lab.OpenAsync(), lab.OpenAsync());
        foreach (var session in await SeededSession.InsertAsync(lab, 40))
        {
            var outcomes = await Task.WhenAll(hosts.Select((host, index) => Task.Run(async () =>
            {
                var cell = await session.Cell(host).ReadAsync();
                try
                {
                    await cell.WriteAsync(session.State(SessionStatus.Scheduled, index == 0, index == 1));
                    return true;
                }
                catch (InconsistentStateException)
                {
                    var current = (await cell.ReadAsync()).State;
                    Assert.True(current.User1Confirmed ^ current.User2Confirmed);
                    await cell.WriteAsync(session.Completed);
                    return false;
                }
            })));

            // Both won: one adopted only after the other had been stored, and overwrote at the next version.
            if (outcomes.All(won => won)) continue;
            Assert.Single(outcomes, won => won);
            Assert.Equal("completed t t 20:30 1 1 1:completed,2:completed", await session.RowsAsync(lab));
            Assert.Equal(1, await StoredAsync(session));
        }
    }

    private static Cell<MatchState> Match(IGrainStorage storage, SeededSession session) => new(storage, TextCell.GrainOf(session.Match), "match");

    private Task<long> StoredAsync(SeededSession session)
    {
        var halves = session.Id.ToByteArray();
        return lab.ScalarAsync<long>(
            "select count(*) from orleans.orleansstorage where grainidn0 = $1 and grainidn1 = $2",
            BitConverter.ToInt64(halves, 0), BitConverter.ToInt64(halves, 8));
    }
}
