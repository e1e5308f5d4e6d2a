using System.Globalization;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;
using Wingman.Testing.Product;
using Xunit.Abstractions;

namespace Wingman.SystemTests.TakeOver;

/// <summary>
/// The take-over under load, back, and again: a year of the product's data, the old backend in service, Wingman started beside
/// it, and the routes switched one at a time.
/// </summary>
[Collection(RealProcessesCollection.Name)]
public sealed class TakeOverTests(ITestOutputHelper output)
{
    /// <summary>How many sessions there are before. <c>./wingman takeover-drill</c> sets 100,000.</summary>
    private static readonly int Size = int.Parse(Environment.GetEnvironmentVariable("WINGMAN_TAKEOVER_SESSIONS") ?? "5000", CultureInfo.InvariantCulture);

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task RoutesSwitchedOneAtATime_BackAndAgain_LeaveTheTablesAsARaceFreeBackendWould()
    {
        await using var product = await ProductService.CreateAsync();
        var started = TimeProvider.System.GetUtcNow();
        var data = ProductData.Generate(new(Seed: Random.Shared.Next(), started) { Users = Size / 12, Matches = Size / 4, Sessions = Size });
        await data.InsertAsync(product.Database.Sql);
        output.WriteLine($"{data}");
        var catalog = await ProductCatalog.ReadAsync(product.Database.Sql);
        var tables = await ExpectedTables.ReadAsync(product.Database.Sql);
        await using var old = new OldBackend(product.Database.ConnectionString);
        var routes = new RouteSwitch();
        var load = new TakeOverLoad(product, old, routes, tables, [.. data.Challenges.Select(static challenge => challenge.Id)], data.Options.Seed);
        var phase = 3 * (int)Math.Sqrt(Size);

        // No-shows are detected from fifty minutes before the take-over on; all existing sessions are older or in the future.
        var since = started.AddMinutes(-50);
        var host = product.Add(
            "beside", settings:
            [
                ("Wingman:NoShow:Enabled", "true"), ("Wingman:NoShow:Since", $"{since:O}"),
                ("Wingman:NoShow:GracePeriod", "00:01:00"), ("Wingman:NoShow:Interval", "00:00:01"),
            ]);
        using var end = new CancellationTokenSource();
        var running = load.RunAsync(end.Token);
        await PlayAsync("the old backend alone");

        await host.StartAndWaitAsync();
        var overdue = await OverdueAsync(product, tables, started.AddMinutes(-10));
        await PlayAsync("both run, every route goes to the old backend");

        foreach (var route in Enum.GetValues<Route>())
        {
            routes.SetEither(route);
            await PlayAsync($"{route} goes to either");
            routes.Set(route, isOurs: true);
            await PlayAsync($"{route} is switched");
        }

        routes.SetAll(isOurs: false);
        await PlayAsync("everything is back");
        routes.SetAll(isOurs: true);
        await PlayAsync("everything is ours again");
        await end.CancelAsync();
        await running;
        var ended = TimeProvider.System.GetUtcNow();
        await NoShowsAsync(product, overdue);

        output.WriteLine($"Calls: {load.Calls}");
        Assert.Empty(await tables.CompareAsync(product.Database.Sql, started, ended));
        Assert.Equal(catalog, await ProductCatalog.ReadAsync(product.Database.Sql));
        Assert.Equal(0L, await product.ScalarAsync<long>("select count(*) from wingman.events e join public.wingman_sessions s on s.id = e.session_id where e.kind = 'no_show' and s.scheduled_time < $1", since));
        Assert.Equal(0L, await product.ScalarAsync<long>("select count(*) from (select 1 from wingman.events where kind = 'completed' group by session_id having count(*) > 1) twice"));
        await EveryReputationIsACountAsync(product, data);

        async Task PlayAsync(string what)
        {
            var goal = load.Stories + phase;
            await Eventually.IsTrueAsync(
                $"{phase} more sessions are played while {what}",
                _ => Task.FromResult(load.Stories >= goal || running.IsCompleted),
                Deadline);
            // A worker that failed says why.
            if (running.IsFaulted) await running;
            Assert.False(running.IsCompleted);
        }
    }

    /// <summary>Sessions that fall due after the take-over; the sweeper must end these and none of the older ones.</summary>
    private static async Task<List<ExpectedSession>> OverdueAsync(ProductService product, ExpectedTables tables, DateTimeOffset scheduledAt)
    {
        List<ExpectedSession> all = [];
        for (var i = 0; i < 20; i++)
        {
            // In matches of their own, which no worker uses.
            var buddies = await ProductPairs.InsertAsync(product.Database);
            await buddies.InsertSessionAsync(product.Database, scheduledAt, user1Flag: i % 2 == 0);
        }

        var now = await ExpectedTables.ReadAsync(product.Database.Sql);
        foreach (var match in now.Matches.Where(match => match.Sessions is [{ ScheduledAt: { } at }] && (at - scheduledAt).Duration() < TimeSpan.FromMilliseconds(1)))
        {
            var session = match.Sessions[0];
            tables.AddMatch(match);
            session.Version = null;
            session.Status = "no_show";
            all.Add(tables.Add(session));
        }

        return all;
    }

    private static async Task NoShowsAsync(ProductService product, List<ExpectedSession> overdue)
    {
        Assert.Equal(20, overdue.Count);
        await Eventually.BecomesAsync(
            "the overdue sessions are no-shows",
            _ => product.ScalarAsync<long>("select count(*) from public.wingman_sessions where id = any ($1) and status = 'no_show'", overdue.Select(static session => session.Id).ToArray()),
            static count => count == 20);
    }

    /// <summary>Counted with another query than the service's: one for all users.</summary>
    private static async Task EveryReputationIsACountAsync(ProductService product, ProductData data)
    {
        Dictionary<Guid, (int Completed, int NoShows)> counts = [];
        await using (var command = product.Database.Sql.CreateCommand("""
            select person, count(*) filter (where status = 'completed')::int, count(*) filter (where status = 'no_show' and word is not true)::int
            from (
              select m.user1_id as person, s.status, s.user1_completed_confirmed_by_user2 as word
              from public.wingman_matches m join public.wingman_sessions s on s.match_id = m.id
              union all
              select m.user2_id, s.status, s.user2_completed_confirmed_by_user1
              from public.wingman_matches m join public.wingman_sessions s on s.match_id = m.id) said
            group by person
            """))
        {
            await using var row = await command.ExecuteReaderAsync();
            while (await row.ReadAsync()) counts[row.GetGuid(0)] = (row.GetInt32(1), row.GetInt32(2));
        }

        // A cached count may be two seconds old, so it is read again until it equals the rows.
        await Parallel.ForEachAsync(data.Users, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (user, cancellation) =>
        {
            var (completed, noShows) = counts.GetValueOrDefault(user.Id);
            await Eventually.BecomesAsync(
                $"the reputation of {user.Id} is {completed} less {noShows}",
                async _ =>
                {
                    var body = (await product.SendAsync(HttpMethod.Get, $"/api/user/reputation/{user.Id}", user.Id)).Body;
                    return (body.GetProperty("completed_sessions").GetInt32(), body.GetProperty("no_shows").GetInt32(), body.GetProperty("score").GetInt32());
                },
                seen => seen == (completed, noShows, Math.Clamp(completed - noShows, -5, 20)),
                cancellation: cancellation);
        });
    }
}
