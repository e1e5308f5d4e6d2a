using Orleans.Storage;
using Wingman.Matches;
using Wingman.Sessions;
using Wingman.Silo.Storage;
using Wingman.State;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Writes;

/// <summary>The rows as Orleans' grain storage: the state is the row, the ETag its version.</summary>
public sealed class RowStorageTests(FreshFixture fixture) : IClassFixture<FreshFixture>
{
    [Fact]
    public async Task Read_GivesTheRowAndItsXmin()
    {
        var session = await SeededSession.InsertAsync(fixture);

        var read = await ReadAsync<SessionState>(session.Id);

        Assert.Equal((true, $"{await session.XminAsync(fixture)}"), (read.RecordExists, read.ETag));
        Assert.Equal(session.State(SessionStatus.Scheduled, default) with { Event = default }, read.State);
    }

    [Fact]
    public async Task Read_OfWhatIsNotThere_FindsNothing()
    {
        var session = await ReadAsync<SessionState>(Guid.NewGuid());
        var match = await ReadAsync<MatchState>(Guid.NewGuid());

        Assert.Equal((false, null, null), (session.RecordExists, session.ETag, session.State));
        Assert.Equal((false, null, null), (match.RecordExists, match.ETag, match.State));
    }

    [Fact]
    public async Task Write_SetsTheETag_AndTheOldOneIsAConflict()
    {
        var storage = new RowStorage(fixture.Open());
        var session = await SeededSession.InsertAsync(fixture);
        var (one, other) = (await ReadAsync<SessionState>(session.Id), await ReadAsync<SessionState>(session.Id));
        one.State = session.Confirmed;
        other.State = session.Completed;

        await storage.WriteStateAsync(StorageNames.Session, GrainOf(session.Id), one);

        Assert.Equal($"{await session.XminAsync(fixture)}", one.ETag);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync(StorageNames.Session, GrainOf(session.Id), other));
        one.State = session.Completed;
        await storage.WriteStateAsync(StorageNames.Session, GrainOf(session.Id), one);
        Assert.Equal("completed true true 20:30 1 1 confirmed,completed", await session.RowsAsync(fixture));
    }

    [Fact]
    public async Task Write_OfAMatchThatIsNew_InsertsIt()
    {
        var id = Guid.NewGuid();
        var state = new GrainState<MatchState>(new() { User1 = new(Guid.NewGuid()), User2 = new(Guid.NewGuid()), Status = MatchStatus.Accepted });

        await new RowStorage(fixture.Open()).WriteStateAsync(StorageNames.Match, GrainOf(id), state);

        var read = await ReadAsync<MatchState>(id);
        Assert.Equal((state.ETag, true), (read.ETag, state.RecordExists));
        Assert.Equal((state.State!.User1, state.State.User2, state.State.Status), (read.State!.User1, read.State.User2, read.State.Status));
    }

    [Fact]
    public async Task Session_IsNeverInsertedByItself_AndNothingIsCleared()
    {
        var storage = new RowStorage(fixture.Open());
        var session = await SeededSession.InsertAsync(fixture);
        var known = await ReadAsync<SessionState>(session.Id);

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => storage.WriteStateAsync(StorageNames.Session, GrainOf(Guid.NewGuid()), new GrainState<SessionState>(session.Confirmed)));
        await Assert.ThrowsAsync<NotSupportedException>(() => storage.ClearStateAsync(StorageNames.Session, GrainOf(session.Id), known));
        await Assert.ThrowsAsync<InvalidOperationException>(() => storage.ReadStateAsync("text", GrainOf(session.Id), new GrainState<string>()));

        Assert.Equal(SeededSession.Untouched, await session.RowsAsync(fixture));
    }

    private static GrainId GrainOf(Guid key) => GrainId.Create(GrainType.Create("test"), GrainIdKeyExtensions.CreateGuidKey(key));

    private async Task<GrainState<TState>> ReadAsync<TState>(Guid key)
    {
        var state = new GrainState<TState>();
        await new RowStorage(fixture.Open()).ReadStateAsync("any name", GrainOf(key), state);
        return state;
    }
}
