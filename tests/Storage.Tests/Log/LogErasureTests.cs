using Wingman.Operators;
using Wingman.Silo.Storage.Log;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Log;

/// <summary>A user is removed from the whole log, however many parts it has.</summary>
public sealed class LogErasureTests(FreshFixture fixture) : IClassFixture<FreshFixture>
{
    private static readonly OperatorAct Act = new("olga", "ticket 17");

    [Fact]
    public async Task Erase_OfALogOfTwoParts_GoesOnWhereTheFirstEnded()
    {
        var tables = fixture.Open();
        var user = new UserId(Guid.NewGuid());
        // The first and the last line of the first part name the user, and so does the line after it.
        await fixture.ExecuteAsync(
            """
            insert into wingman.events (kind, actor, at, host)
            select 'confirmed', case when n in (1, $2, $2 + 1) then $1::uuid end, now(), 'test' from generate_series(1, $2 + 1) n
            """,
            user.Value, LogErasure.Part);

        var first = await tables.EraseAsync(user, Act, SeededSession.Then, null);
        var second = await tables.EraseAsync(user, Act, SeededSession.Then, first.Next);

        Assert.Equal((2, false), (first.Lines, first.Next is null));
        Assert.Equal((1, true), (second.Lines, second.Next is null));
        Assert.Equal(0, await fixture.ScalarAsync<long>("select count(*) from wingman.events where actor is not null"));
    }
}
