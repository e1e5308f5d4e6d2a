using Wingman.Sessions;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Reads;

/// <summary>Sessions that are not over although their time has passed.</summary>
public abstract class OverdueTests(StorageFixture fixture)
{
    /// <summary>On the tables of a fresh database.</summary>
    public sealed class OnFreshTables(FreshFixture fixture) : OverdueTests(fixture), IClassFixture<FreshFixture>;

    /// <summary>On the product's own tables.</summary>
    public sealed class OnExistingTables(ExistingFixture fixture) : OverdueTests(fixture), IClassFixture<ExistingFixture>;

    [Fact]
    public async Task OpenSessionsOfTheRange_AreFoundInPages_OldestFirst()
    {
        var since = SeededSession.Then;
        var until = since.AddHours(9);
        string?[] statuses = ["scheduled", "in_progress", null, "completed", "cancelled", "no_show"];
        List<OverdueSession> expected = [];
        foreach (var (index, session) in (await SeededSession.InsertAsync(fixture, 66)).Index())
        {
            // From one hour before the range to one hour after it; six at each time.
            var at = since.AddHours((index / 6) - 1);
            var status = statuses[index % 6];
            await fixture.ExecuteAsync("update wingman_sessions set status = $2::text, scheduled_time = $3 where id = $1", session.Id, status, at.UtcDateTime);
            if (index % 6 < 3 && at >= since && at <= until) expected.Add(new(session.Key, at));
        }

        var timeless = await SeededSession.InsertAsync(fixture);
        await fixture.ExecuteAsync("update wingman_sessions set scheduled_time = null where id = $1", timeless.Id);
        var tables = fixture.Open();
        List<OverdueSession> found = [];
        IReadOnlyList<OverdueSession> page;
        do
        {
            page = await tables.FindOverdueAsync(since, until, found is [.., var last] ? last : null, 4);
            found.AddRange(page);
        }
        while (page.Count == 4);

        Assert.Equal(expected.OrderBy(static session => session.ScheduledAt).Select(static session => session.ScheduledAt), found.Select(static session => session.ScheduledAt));
        Assert.Equal(expected.Select(static session => session.Session.Value).Order(), found.Select(static session => session.Session.Value).Order());
    }
}
