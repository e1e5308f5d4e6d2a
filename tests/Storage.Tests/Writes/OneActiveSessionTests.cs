using Orleans.Storage;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Writes;

/// <summary>On a fresh database a unique index excludes what no statement can: an insert by another program at the same time as ours.</summary>
public sealed class OneActiveSessionTests(FreshFixture fixture) : IClassFixture<FreshFixture>
{
    [Fact]
    public async Task SessionInsertedElsewhereWhileOursIsScheduled_IsAConflict_AndItsNeighboursAreStored()
    {
        var tables = fixture.Open(HeldLane.Options);
        var (taken, neighbour) = (await SeededMatch.InsertNewAsync(fixture), await SeededMatch.InsertNewAsync(fixture));
        var (takenRow, neighbourRow) = ((await tables.ReadAsync(taken.Key))!.Value, (await tables.ReadAsync(neighbour.Key))!.Value);
        await using var other = await OtherWriter.BeginAsync(fixture, "insert into wingman_sessions (match_id) values ($1)", taken.Id);

        // Our statement finds no active session, because the other insert is not committed; our insert then waits at the index.
        var ours = tables.WriteAsync(taken.Key, takenRow.Version, takenRow.State with { NewSession = SeededMatch.NewSession() });
        var next = tables.WriteAsync(neighbour.Key, neighbourRow.Version, neighbourRow.State with { NewSession = SeededMatch.NewSession() });
        await fixture.WaitForLockAsync();
        await other.CommitAsync();

        await Assert.ThrowsAsync<InconsistentStateException>(() => ours);
        await next;
        Assert.EndsWith(" accepted 0 0 scheduled", await taken.RowsAsync(fixture), StringComparison.Ordinal);
        Assert.EndsWith(" accepted 0 0 scheduled", await neighbour.RowsAsync(fixture), StringComparison.Ordinal);
        Assert.Equal(0, await fixture.ScalarAsync<long>(
            "select count(*) from wingman.events e join wingman_sessions s on s.id = e.session_id where s.match_id = $1", taken.Id));
    }
}
