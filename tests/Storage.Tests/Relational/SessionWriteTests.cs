using Orleans.Storage;
using Wingman.Matches;
using Wingman.Sessions;

namespace Wingman.Storage.Tests.Relational;

/// <summary>A session's state and its rows in the product's tables are one commit, for exactly the states that were stored.</summary>
public sealed class SessionWriteTests(StorageLab lab) : IClassFixture<StorageLab>
{
    [Theory]
    [InlineData(SessionStatus.Scheduled, true, false, "scheduled t f - 0 0 none")]
    [InlineData(SessionStatus.Scheduled, false, true, "scheduled f t - 0 0 none")]
    [InlineData(SessionStatus.InProgress, false, false, "in_progress f f - 0 0 none")]
    [InlineData(SessionStatus.Completed, true, true, "completed t t 20:30 1 1 1:completed,2:completed")]
    [InlineData(SessionStatus.Cancelled, true, false, "cancelled t f - 0 0 none")]
    [InlineData(SessionStatus.NoShow, false, false, "no_show f f - 0 0 1:no_show,2:no_show")]
    [InlineData(SessionStatus.NoShow, true, false, "no_show t f - 0 0 2:no_show")]
    [InlineData(SessionStatus.NoShow, false, true, "no_show f t - 0 0 1:no_show")]
    public async Task Write_BringsTheRowsToTheState(SessionStatus status, bool user1Confirmed, bool user2Confirmed, string rows)
    {
        var storage = await lab.OpenAsync();
        var session = await SeededSession.InsertAsync(lab);

        await session.Cell(storage).WriteAsync(session.State(status, user1Confirmed, user2Confirmed));

        Assert.Equal(rows, await session.RowsAsync(lab));
    }

    [Fact]
    public async Task Write_ThatLost_WritesNoRow()
    {
        var storage = await lab.OpenAsync();
        var session = await SeededSession.InsertAsync(lab);
        await session.Cell(storage).WriteAsync(session.State(SessionStatus.Scheduled, user1Confirmed: true));

        await Assert.ThrowsAsync<InconsistentStateException>(() => session.Cell(storage).WriteAsync(session.Completed));

        Assert.Equal("scheduled t f - 0 0 none", await session.RowsAsync(lab));
    }

    [Fact]
    public async Task WinnersAndLosersOfOneBatch_WriteRowsAndNone()
    {
        var storage = await lab.OpenAsync(HeldLane.Options);
        var sessions = await SeededSession.InsertAsync(lab, 40);
        var losers = sessions.Where((_, index) => index % 3 == 0).ToHashSet();
        foreach (var loser in losers) await loser.Cell(storage).WriteAsync(loser.State(SessionStatus.Scheduled));
        List<(SeededSession Session, Task Write)> writes;
        await using (await HeldLane.HoldAsync(lab, storage))
            writes = [.. sessions.Select(session => (session, (Task)session.Cell(storage).WriteAsync(session.Completed)))];

        foreach (var (session, write) in writes)
        {
            if (losers.Contains(session)) await Assert.ThrowsAsync<InconsistentStateException>(() => write);
            else await write;
            Assert.Equal(losers.Contains(session) ? "scheduled f f - 0 0 none" : "completed t t 20:30 1 1 1:completed,2:completed", await session.RowsAsync(lab));
        }
    }

    [Fact]
    public async Task TwoSessionsOfAMatch_CompletedInOneBatch_CountTwice()
    {
        var storage = await lab.OpenAsync(HeldLane.Options);
        var one = await SeededSession.InsertAsync(lab);
        var other = await one.InsertAnotherAsync(lab);
        Task[] writes;
        await using (await HeldLane.HoldAsync(lab, storage))
            writes = [one.Cell(storage).WriteAsync(one.Completed), other.Cell(storage).WriteAsync(other.Completed)];

        await Task.WhenAll(writes);

        Assert.Equal("completed t t 20:30 2 2 1:completed,2:completed", await one.RowsAsync(lab));
        Assert.Equal("completed t t 20:30 2 2 1:completed,2:completed", await other.RowsAsync(lab));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CompletionAndAChangeOfItsMatch_InOneBatch_BothTakeEffect(bool matchFirst)
    {
        var storage = await lab.OpenAsync(HeldLane.Options);
        var session = await SeededSession.InsertAsync(lab);
        var other = await session.InsertAnotherAsync(lab);
        var match = new Cell<MatchState>(storage, TextCell.GrainOf(session.Match), "match");
        await match.ReadAsync();
        List<Task> writes = [];
        await using (await HeldLane.HoldAsync(lab, storage))
        {
            if (matchFirst) writes.Add(match.WriteAsync(match.State with { Status = MatchStatus.Declined }));
            writes.Add(session.Cell(storage).WriteAsync(session.Completed));
            if (!matchFirst) writes.Add(match.WriteAsync(match.State with { Status = MatchStatus.Declined }));
            writes.Add(other.Cell(storage).WriteAsync(other.Completed));
        }

        await Task.WhenAll(writes);

        Assert.Equal("completed t t 20:30 2 2 1:completed,2:completed", await session.RowsAsync(lab));
        Assert.Equal("declined", await lab.ScalarAsync<string>("select status from wingman_matches where id = $1", session.Match));
    }

    [Fact]
    public async Task CountersThatWereNeverSet_CountFromZero()
    {
        var storage = await lab.OpenAsync();
        var session = await SeededSession.InsertAsync(lab);
        await lab.ExecuteAsync("update wingman_matches set user1_reputation = null, user2_reputation = 7 where id = $1", session.Match);

        await session.Cell(storage).WriteAsync(session.Completed);

        Assert.Equal("completed t t 20:30 1 8 1:completed,2:completed", await session.RowsAsync(lab));
    }

    [Fact]
    public async Task CreditThatIsThere_StaysAsItIs()
    {
        var storage = await lab.OpenAsync();
        var session = await SeededSession.InsertAsync(lab);
        await lab.ExecuteAsync("insert into reputation_credits values ($1, $2, 'no_show', now())", session.User1, session.Id);

        await session.Cell(storage).WriteAsync(session.Completed);

        Assert.Equal("completed t t 20:30 1 1 1:no_show,2:completed", await session.RowsAsync(lab));
    }

    [Fact]
    public async Task Clear_LeavesTheRowsAlone()
    {
        var storage = await lab.OpenAsync();
        var session = await SeededSession.InsertAsync(lab);
        var cell = await session.Cell(storage).WriteAsync(session.Completed);

        await cell.ClearAsync();

        Assert.Equal("completed t t 20:30 1 1 1:completed,2:completed", await session.RowsAsync(lab));
    }
}
