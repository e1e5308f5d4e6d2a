using Wingman.Reputation;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Reads;

/// <summary>Pages of a user's credits: newest first, each credit once, whatever their times are.</summary>
public sealed class HistoryTests(FreshFixture fixture) : IClassFixture<FreshFixture>
{
    [Fact]
    public async Task Time_IsTheCompletions_OrTheSchedules_OrTheCreations()
    {
        var session = await SeededSession.InsertAsync(fixture);
        await fixture.ExecuteAsync("delete from wingman_sessions where match_id = $1", session.Match);
        await InsertAsync(session.Match, "2026-01-05", "2026-01-01", "2025-01-01");
        await InsertAsync(session.Match, null, "2026-01-04", "2026-02-01");
        await InsertAsync(session.Match, null, null, "2026-01-03");
        await InsertAsync(session.Match, null, null, null);

        var page = await fixture.Open().ReadHistoryAsync(new(session.User1), null, 10);

        Assert.Equal(
            [new DateOnly(2026, 1, 5), new DateOnly(2026, 1, 4), new DateOnly(2026, 1, 3), DateOnly.MinValue],
            page.Credits.Select(static credit => DateOnly.FromDateTime(credit.At.UtcDateTime)));
        Assert.Null(page.Next);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task Pages_HaveEachCreditOnce_AlsoWhereTimesAreEqual(int limit)
    {
        var tables = fixture.Open();
        var user = Guid.NewGuid();
        for (var n = 0; n < 12; n++)
        {
            var session = n % 2 == 0
                ? new SeededSession(Guid.NewGuid(), Guid.NewGuid(), user, Guid.NewGuid())
                : new SeededSession(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), user);
            await SeededSession.InsertRowsAsync(fixture, session);

            // Five sessions with the same time, two without a time, the others with different times.
            await fixture.ExecuteAsync(
                "update wingman_sessions set status = 'completed', completed_at = $2::timestamptz, scheduled_time = null, created_at = null where id = $1",
                session.Id, n < 5 ? SeededSession.Then.UtcDateTime : n < 7 ? null : SeededSession.Then.AddHours(n).UtcDateTime);
        }

        List<Credit> all = [];
        CreditPage page;
        var pages = 0;
        do
        {
            page = await tables.ReadHistoryAsync(new(user), all is [.., var last] ? new(last.At, last.Session) : null, limit);
            Assert.True(page.Next is null || page.Next == new CreditCursor(page.Credits[^1].At, page.Credits[^1].Session));
            all.AddRange(page.Credits);
            pages++;
        }
        while (page.Next is not null);

        Assert.Equal((12 + limit - 1) / limit, pages);
        Assert.Equal(12, all.DistinctBy(static credit => credit.Session).Count());
        Assert.Equal(all.Select(static credit => credit.At).OrderDescending(), all.Select(static credit => credit.At));
    }

    [Fact]
    public async Task UserNobodyKnows_HasNoCredits()
    {
        var tables = fixture.Open();

        Assert.Equal(new CreditCounts(0, 0), await tables.CountAsync(new(Guid.NewGuid())));
        var page = await tables.ReadHistoryAsync(new(Guid.NewGuid()), null, 10);
        Assert.Empty(page.Credits);
        Assert.Null(page.Next);
    }

    private Task InsertAsync(Guid match, string? completedAt, string? scheduledFor, string? createdAt) => fixture.ExecuteAsync(
        "insert into wingman_sessions (match_id, status, completed_at, scheduled_time, created_at) values ($1, 'completed', $2::timestamptz, $3::timestamptz, $4::timestamptz)",
        match, At(completedAt), At(scheduledFor), At(createdAt));

    private static DateTime? At(string? date) => date is null
        ? null
        : DateTime.SpecifyKind(DateTime.Parse(date, System.Globalization.CultureInfo.InvariantCulture), DateTimeKind.Utc);
}
