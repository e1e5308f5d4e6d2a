using System.Diagnostics;
using Wingman.Silo.Storage;
using Wingman.State;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Locks;

/// <summary>Rows that another transaction has locked: their writes wait, and no others do.</summary>
public abstract class LockedRowTests(StorageFixture fixture)
{
    /// <summary>On the tables of a fresh database.</summary>
    public sealed class OnFreshTables(FreshFixture fixture) : LockedRowTests(fixture), IClassFixture<FreshFixture>
    {
        [Fact]
        public async Task SessionInsertedElsewhereAndNotCommitted_HoldsUpTheSchedulingOfItsMatchOnly()
        {
            var tables = fixture.Open(Patient);
            var matches = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => SeededMatch.InsertNewAsync(fixture)));
            var rows = await Task.WhenAll(matches.Select(async match => (await tables.ReadAsync(match.Key))!.Value));

            await HoldUpAsync(
                () => OtherWriter.BeginAsync(fixture, "insert into wingman_sessions (match_id) values ($1)", matches[HeldUp].Id),
                [.. matches.Select((match, index) => (Func<Task>)(() => tables.WriteAsync(match.Key, rows[index].Version, rows[index].State with { NewSession = SeededMatch.NewSession() })))]);

            Assert.All(await Task.WhenAll(matches.Select(match => match.RowsAsync(fixture))), row => Assert.EndsWith(" scheduled", row, StringComparison.Ordinal));
        }
    }

    /// <summary>On the product's own tables.</summary>
    public sealed class OnExistingTables(ExistingFixture fixture) : LockedRowTests(fixture), IClassFixture<ExistingFixture>
    {
        [Fact]
        public async Task LockedUser_HoldsUpTheRegistrationOfTheirMatchesOnly()
        {
            var tables = fixture.Open(Patient);
            var matches = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => SeededMatch.NewAsync(fixture)));

            await HoldUpAsync(
                () => OtherWriter.BeginAsync(fixture, "select from user_profiles where id = $1 for update", matches[HeldUp].State.User2.Value),
                [.. matches.Select(match => (Func<Task>)(() => tables.WriteAsync(match.Key, null, match.State)))]);

            Assert.All(await Task.WhenAll(matches.Select(match => match.RowsAsync(fixture))), row => Assert.EndsWith(" accepted 0 0 -", row, StringComparison.Ordinal));
        }
    }

    /// <summary>Which of several writes waits for another program.</summary>
    private const int HeldUp = 3;

    /// <summary>Long enough for a busy machine, and far below the deadline until which a write beside a locked row must not wait.</summary>
    private static readonly TimeSpan Prompt = TimeSpan.FromSeconds(1.5);

    private static void Patient(StorageOptions options) => options.Deadline = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(48, 4, true)]
    [InlineData(64, 12, true)]
    [InlineData(64, 12, false)]
    public async Task LockedSessions_CostTheirNeighboursNothing_AndAreStoredOnceReleased(int count, int locked, bool completing)
    {
        var tables = fixture.Open();
        var sessions = await SeededSession.InsertAsync(fixture, count);
        var writes = await sessions.PrepareAsync(tables, session => completing ? session.Completed : session.Confirmed);
        var expected = completing ? SeededSession.CompletedOnce : "scheduled true false - 0 0 confirmed";
        List<Task<RowVersion>> begun;
        await using (await OtherWriter.LockAsync(fixture, sessions[..locked]))
        {
            var since = Stopwatch.GetTimestamp();
            begun = [.. writes.Select(static write => write())];
            await Task.WhenAll(begun[locked..]);

            Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.Zero, Prompt);
            Assert.All(begun[..locked], static write => Assert.False(write.IsCompleted, "A locked row was written, or failed too early."));
        }

        await Task.WhenAll(begun);
        Assert.All(await Task.WhenAll(sessions.Select(session => session.RowsAsync(fixture))), rows => Assert.Equal(expected, rows));
    }

    [Fact]
    public async Task RowsLockedUntilTheDeadline_AreUnavailable_AndCanBeWrittenOnceReleased()
    {
        var tables = fixture.Open(options => options.Deadline = TimeSpan.FromSeconds(5));
        var sessions = await SeededSession.InsertAsync(fixture, 20);
        var writes = await sessions.PrepareAsync(tables, static session => session.Completed);
        await using (await OtherWriter.LockAsync(fixture, sessions[..5]))
        {
            List<Task<RowVersion>> begun = [.. writes.Select(static write => write())];

            await Task.WhenAll(begun[5..]);
            foreach (var write in begun[..5])
                Assert.Equal(StorageFailure.Unavailable, (await Assert.ThrowsAsync<StorageException>(() => write)).Failure);
            Assert.All(await Task.WhenAll(sessions[..5].Select(session => session.RowsAsync(fixture))), rows => Assert.Equal(SeededSession.Untouched, rows));
        }

        await Task.WhenAll(sessions[..5].Select(session => session.CompleteAsync(tables)));
        Assert.All(await Task.WhenAll(sessions.Select(session => session.RowsAsync(fixture))), rows => Assert.Equal(SeededSession.CompletedOnce, rows));
    }

    [Fact]
    public async Task LockedMatch_HoldsUpItsOwnSessionsOnly()
    {
        var tables = fixture.Open();
        var held = await SeededSession.InsertAsync(fixture);
        var heldToo = await held.InsertAnotherAsync(fixture);
        var others = await SeededSession.InsertAsync(fixture, 30);
        var writes = await others.Append(held).Append(heldToo).PrepareAsync(tables, static session => session.Completed);
        List<Task<RowVersion>> begun;
        await using (await OtherWriter.BeginAsync(fixture, "update wingman_matches set status = 'accepted' where id = $1", held.Match))
        {
            begun = [.. writes.Select(static write => write())];
            await Task.WhenAll(begun[..30]).WaitAsync(Prompt);
            Assert.All(begun[30..], static write => Assert.False(write.IsCompleted));
        }

        await Task.WhenAll(begun);
        Assert.Equal("completed true true 20:30 2 2 completed", await held.RowsAsync(fixture));
        Assert.Equal("completed true true 20:30 2 2 completed", await heldToo.RowsAsync(fixture));
    }

    [Fact]
    public async Task LockedMatch_DoesNotHoldUpAFirstConfirmation()
    {
        var tables = fixture.Open();
        var session = await SeededSession.InsertAsync(fixture);
        await using var other = await OtherWriter.BeginAsync(fixture, "update wingman_matches set status = 'accepted' where id = $1", session.Match);

        await session.WriteAsync(tables, session.Confirmed).WaitAsync(Prompt);

        Assert.Equal("scheduled true false - 0 0 confirmed", await session.RowsAsync(fixture));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task InsertOfASessionUnderWay_DoesNotLockItsMatch(bool whileSteppingOverLocks)
    {
        var tables = fixture.Open(options => options.Deadline = TimeSpan.FromSeconds(10));
        var session = await SeededSession.InsertAsync(fixture);
        var locked = await SeededSession.InsertAsync(fixture, 1);
        await using var inserter = await OtherWriter.BeginAsync(
            fixture, "insert into wingman_sessions (match_id, status) values ($1, 'cancelled')", session.Match);
        await using var holder = whileSteppingOverLocks ? await OtherWriter.LockAsync(fixture, locked) : null;
        var stuck = (await locked.PrepareAsync(tables, static other => other.Completed))[0]();
        if (whileSteppingOverLocks) await ASecondLockedRowIsSteppedOverAsync();

        await session.WriteAsync(tables, session.Completed).WaitAsync(Prompt);

        Assert.Equal(SeededSession.CompletedOnce, await session.RowsAsync(fixture));
        if (holder is not null) await holder.DisposeAsync();
        await stuck;

        // If a write beside the locked row is stored, the lane skips locked rows.
        async Task ASecondLockedRowIsSteppedOverAsync()
        {
            var neighbour = await SeededSession.InsertAsync(fixture);
            await neighbour.WriteAsync(tables, neighbour.Completed).WaitAsync(Prompt);
        }
    }

    [Fact]
    public async Task MatchInsertedElsewhereAndNotCommitted_HoldsUpItsOwnRegistrationOnly()
    {
        var tables = fixture.Open(Patient);
        var matches = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => SeededMatch.NewAsync(fixture)));

        await HoldUpAsync(
            () => OtherWriter.BeginAsync(fixture, SeededMatch.InsertSql, matches[HeldUp].Parameters),
            [.. matches.Select(match => (Func<Task>)(() => tables.WriteAsync(match.Key, null, match.State)))]);

        Assert.All(await Task.WhenAll(matches.Select(match => match.RowsAsync(fixture))), row => Assert.EndsWith(" accepted 0 0 -", row, StringComparison.Ordinal));
    }

    [Fact]
    public async Task LockedMatch_HoldsUpItsOwnSchedulingOnly()
    {
        var tables = fixture.Open();
        var matches = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => SeededMatch.InsertNewAsync(fixture)));
        var rows = await Task.WhenAll(matches.Select(async match => (await tables.ReadAsync(match.Key))!.Value));
        List<Task<RowVersion>> begun;
        await using (await OtherWriter.BeginAsync(fixture, "select from wingman_matches where id = $1 for no key update", matches[0].Id))
        {
            begun = [.. matches.Select((match, index) => tables.WriteAsync(match.Key, rows[index].Version, rows[index].State with { NewSession = SeededMatch.NewSession() }))];
            await Task.WhenAll(begun[1..]).WaitAsync(Prompt);
            Assert.False(begun[0].IsCompleted);
        }

        await Task.WhenAll(begun);
        Assert.All(await Task.WhenAll(matches.Select(match => match.RowsAsync(fixture))), row => Assert.EndsWith(" scheduled", row, StringComparison.Ordinal));
    }

    /// <summary>Writes beside another transaction that one of the writes waits for, at the same time and one after the other, and then rolls it back.</summary>
    private static async Task HoldUpAsync(Func<Task<OtherWriter>> begin, Func<Task>[] writes)
    {
        List<Task> begun;
        await using (await begin())
        {
            begun = [.. writes[..6].Select(static write => write())];
            await Task.WhenAll(begun.Where(static (_, index) => index != HeldUp)).WaitAsync(Prompt);
            foreach (var write in writes[6..]) await write().WaitAsync(Prompt);
            Assert.False(begun[HeldUp].IsCompleted, "The write did not wait for the other transaction.");
        }

        await begun[HeldUp];
    }
}
