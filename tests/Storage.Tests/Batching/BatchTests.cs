using Wingman.Events;
using Wingman.State;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Batching;

/// <summary>How writes gather while a commit is in flight, and are then sent together.</summary>
public sealed class BatchTests(FreshFixture fixture) : IClassFixture<FreshFixture>
{
    [Fact]
    public async Task ManyWritersAtOnce_EndInFewCommits()
    {
        var tables = fixture.Open();
        var sessions = await SeededSession.InsertAsync(fixture, 2_000);
        var writes = await sessions.PrepareAsync(tables, static session => session.Completed);

        var versions = await Task.WhenAll(writes.Select(static write => Task.Run(write)));

        Assert.InRange(versions.Distinct().Count(), 8, 250);
    }

    [Fact]
    public async Task LoneWrites_WaitForNobody_EachInACommitOfItsOwn()
    {
        var tables = fixture.Open();
        var sessions = await SeededSession.InsertAsync(fixture, 20);
        HashSet<RowVersion> versions = [];

        foreach (var session in sessions) versions.Add(await session.WriteAsync(tables, session.Confirmed));

        Assert.Equal(20, versions.Count);
    }

    [Fact]
    public async Task MoreThanMaxBatch_GoesOutInSeveral()
    {
        var tables = fixture.Open(HeldLane.OptionsAnd(static options => options.MaxBatch = 16));
        var sessions = await SeededSession.InsertAsync(fixture, 160);

        var versions = await Task.WhenAll(await HeldLane.GatherAsync(fixture, tables, await sessions.PrepareAsync(tables, static session => session.Completed)));

        Assert.All(versions.CountBy(static version => version), static commit => Assert.Equal(16, commit.Value));
    }

    [Fact]
    public async Task FullQueue_RefusesAtOnceAndServesWhoWaits()
    {
        var tables = fixture.Open(HeldLane.OptionsAnd(static options => options.QueueLimit = 10));
        var sessions = await SeededSession.InsertAsync(fixture, 13);
        List<Func<Task<RowVersion>>> writes = [];
        foreach (var session in sessions) writes.AddRange(await new[] { session }.PrepareAsync(tables, static one => one.Completed));
        List<Task<RowVersion>> waiting;
        await using (await HeldLane.HoldAsync(fixture, tables))
        {
            waiting = [.. writes[..10].Select(static write => write())];
            foreach (var write in writes[10..])
            {
                var refused = await Assert.ThrowsAsync<StorageException>(write);
                Assert.Equal(StorageFailure.Overloaded, refused.Failure);
            }
        }

        await Task.WhenAll(waiting);
        await writes[10]();
    }

    [Fact]
    public async Task WritesBehindALaneThatIsHeldUp_PassByTheNext()
    {
        var tables = fixture.Open(HeldLane.OptionsAnd(static options => options.Lanes = 2));
        var sessions = await SeededSession.InsertAsync(fixture, 6);
        var writes = await sessions.PrepareAsync(tables, static session => session.Completed);

        await using (await HeldLane.HoldAsync(fixture, tables))
        {
            // Neither the one write nor the five others are nearly enough to fill a batch.
            await writes[0]();
            await Task.WhenAll(writes[1..].Select(static write => write()));
        }

        Assert.All(await Task.WhenAll(sessions.Select(session => session.RowsAsync(fixture))), static rows => Assert.Equal(SeededSession.CompletedOnce, rows));
    }

    [Fact]
    public async Task Stop_ServesAllThatWaited_AndThenTakesNoMore()
    {
        var tables = fixture.Open(HeldLane.Options);
        var sessions = await SeededSession.InsertAsync(fixture, 601);
        var writes = await sessions.PrepareAsync(tables, static session => session.Completed);
        List<Task<RowVersion>> begun;
        Task stopping;
        await using (await HeldLane.HoldAsync(fixture, tables))
        {
            begun = [.. writes[1..].Select(static write => write())];
            stopping = tables.DisposeAsync().AsTask();
            Assert.False(stopping.IsCompleted);
            Assert.Equal(StorageFailure.Unavailable, (await Assert.ThrowsAsync<StorageException>(writes[0])).Failure);
            Assert.Equal(StorageFailure.Unavailable, (await Assert.ThrowsAsync<StorageException>(() => tables.ReadAsync(sessions[0].Key))).Failure);
        }

        await stopping;

        await Task.WhenAll(begun);
        Assert.Equal(600, await fixture.ScalarAsync<long>(
            "select count(*) from wingman_sessions where status = 'completed' and id = any ($1)", sessions.Select(session => session.Id).ToArray()));
    }

    [Fact]
    public async Task LinesOfTheLogThatNoWriteCarries_AreAppended()
    {
        var tables = fixture.Open();
        var (session, user) = (new SessionId(Guid.NewGuid()), new UserId(Guid.NewGuid()));
        var at = SeededSession.Then;

        await Task.WhenAll(
            [.. Enumerable.Range(0, 40).Select(n => tables.AppendAsync(session, new(EventKind.Observed, at), $"n{n}")),
             tables.AppendAsync(null, new(EventKind.ReputationChanged, at, user), null)]);

        Assert.Equal(40, await fixture.ScalarAsync<long>(
            "select count(distinct detail) from wingman.events where session_id = $1 and kind = 'observed' and actor is null and host = $2 and at = $3",
            session.Value, StorageFixture.Host, at.UtcDateTime));
        Assert.Equal(1, await fixture.ScalarAsync<long>(
            "select count(*) from wingman.events where session_id is null and kind = 'reputation_changed' and actor = $1 and detail is null", user.Value));
    }

    [Fact]
    public async Task ForeignChange_OfARowThatOneOfOurHostsWrote_IsNotAppended()
    {
        var tables = fixture.Open();
        var sessions = await SeededSession.InsertAsync(fixture, 3);
        foreach (var session in sessions) await session.WriteAsync(tables, session.Confirmed);
        await fixture.ExecuteAsync("update wingman_sessions set notes = 'by another program' where id = $1", sessions[1].Id);

        bool[] appended = await Task.WhenAll(
            ObserveAsync(sessions[0], await sessions[0].VersionAsync(tables)),
            ObserveAsync(sessions[1], await sessions[1].VersionAsync(tables)),
            ObserveAsync(sessions[2], null));

        Assert.Equal([false, true, true], appended);
        Assert.Equal(
            sessions[1..].Select(static session => session.Id).Order(),
            await fixture.ScalarAsync<Guid[]>(
                "select array_agg(session_id order by session_id::text) from wingman.events where kind = 'observed' and session_id = any ($1)",
                sessions.Select(static session => session.Id).ToArray()));

        Task<bool> ObserveAsync(SeededSession session, RowVersion? read) =>
            tables.AppendForeignChangeAsync(session.Key, new(EventKind.Observed, SeededSession.Then), "other columns", read);
    }
}
