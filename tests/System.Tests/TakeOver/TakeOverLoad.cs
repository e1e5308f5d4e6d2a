using System.Collections.Concurrent;
using Wingman.Testing.Product;

namespace Wingman.SystemTests.TakeOver;

/// <summary>
/// The product's traffic: workers, each with matches of its own, schedule sessions, confirm them, cancel some, write notes and
/// read reputations. Each call goes to the side that the switch gives. What was acknowledged is applied to the expected tables.
/// </summary>
internal sealed class TakeOverLoad(ProductService product, OldBackend old, RouteSwitch routes, ExpectedTables tables, Guid[] challenges, int seed)
{
    private const int Workers = 12;

    private readonly ConcurrentDictionary<string, int> _calls = new(StringComparer.Ordinal);
    private int _stories;

    /// <summary>How many sessions have gone through all their calls.</summary>
    public int Stories => Volatile.Read(ref _stories);

    /// <summary>How many calls of each kind went to each side.</summary>
    public string Calls => string.Join(", ", _calls.OrderBy(static call => call.Key, StringComparer.Ordinal).Select(static call => $"{call.Key} {call.Value}"));

    /// <summary>Runs until the token is cancelled; sessions under way then still get all their calls.</summary>
    public Task RunAsync(CancellationToken stop)
    {
        // The old backend fails on counters and flags that are null, after half of its writes. So no call uses such rows.
        var matches = tables.Matches
            .Where(match => match is { Status: "accepted", Counter1: not null, Counter2: not null }
                && match.Sessions.All(static session => session is { Status: not null, Flag1: not null, Flag2: not null }))
            .ToArray();
        return Task.WhenAll(Enumerable.Range(0, Workers).Select(number => Task.Run(
            () => WorkAsync(new Random(seed + number), [.. matches.Where((_, index) => index % Workers == number)], stop), CancellationToken.None)));
    }

    private async Task WorkAsync(Random random, ExpectedMatch[] matches, CancellationToken stop)
    {
        for (var turn = 0; !stop.IsCancellationRequested; turn++)
        {
            var match = matches[turn % matches.Length];
            var open = match.Sessions.FirstOrDefault(static session => session is { IsOpen: true, ScheduledAt: not null });
            var session = open ?? await CreateAsync(random, match);
            if (session is not null) await TellAsync(random, match, session);
            await ReadReputationAsync(random.Next(2) == 0 ? match.User1 : match.User2);
            Interlocked.Increment(ref _stories);
        }
    }

    private async Task TellAsync(Random random, ExpectedMatch match, ExpectedSession session)
    {
        session.Version = null;
        if (random.Next(3) == 0) await WriteNotesAsync(match, session, $"Notes {random.Next()}");
        switch (random.Next(8))
        {
            case 0:
                // Another part of the product, or an administrator, which does not go through either API's session family.
                Assert.True(await old.SetSessionStatusAsync(session.Id, "cancelled"));
                session.Status = "cancelled";
                break;
            case 1:
                await ConfirmAsync(match, session, match.User1);
                break;
            case 2 when session.ScheduledAt < TimeProvider.System.GetUtcNow() && session is { Flag1: false, Flag2: false }:
                await ConfirmOlderAsync(match, session);
                break;
            case < 6 when session is { Flag1: false, Flag2: false }:
                await ConfirmAtOnceAsync(match, session);
                break;
            default:
                await ConfirmAsync(match, session, match.User2);
                if (session.IsOpen) await ConfirmAsync(match, session, match.User1);
                break;
        }

        if (routes.IsOurs(Route.Read)) await ReadAsync(match, session);
    }

    private async Task<ExpectedSession?> CreateAsync(Random random, ExpectedMatch match)
    {
        var (challenge1, challenge2) = (challenges[0], challenges[1]);
        var time = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()).AddMinutes(random.Next(60, 100_000));
        var venue = $"Venue {random.Next(1000)}";
        // An open session, even one without a time, prevents another one.
        if (match.Sessions.Exists(static session => session.IsOpen)) return null;

        Guid id;
        if (Ours(Route.Create))
        {
            var answer = await product.SendAsync(HttpMethod.Post, "/api/session/create", match.User1, new
            {
                match_id = match.Id,
                venue_name = venue,
                time,
                user1_challenge_id = challenge1,
                user2_challenge_id = challenge2,
            });
            Assert.True(answer.Status == 200, answer.ToString());
            id = answer.Body.GetProperty("session_id").GetGuid();
        }
        else
        {
            var answer = await old.CreateSessionAsync(match.Id, venue, time, challenge1, challenge2);
            Assert.True(answer.Succeeded, answer.ToString());
            id = answer.SessionId!.Value;
        }

        match.Version = null;
        return tables.Add(new(id, match.Id)
        {
            IsNew = true,
            Status = "scheduled",
            Flag1 = false,
            Flag2 = false,
            Venue = venue,
            ScheduledAt = time,
            Challenge1 = challenge1,
            Challenge2 = challenge2,
        });
    }

    /// <summary>Both at the same moment, each on the side that the switch gives when it is sent: during a switch one may reach each side.</summary>
    private async Task ConfirmAtOnceAsync(ExpectedMatch match, ExpectedSession session)
    {
        await Task.WhenAll(SendConfirmationAsync(session, match.User1), SendConfirmationAsync(session, match.User2));
        Apply(match, session, both: true);
    }

    private async Task ConfirmAsync(ExpectedMatch match, ExpectedSession session, Guid user)
    {
        await SendConfirmationAsync(session, user);
        if (user == match.User1) session.Flag1 = true;
        else session.Flag2 = true;
        Apply(match, session, both: session is { Flag1: true, Flag2: true });
    }

    /// <summary>
    /// The older confirmation, by both on the same side. With one confirmation on each side, both would write the same column. Therefore
    /// both confirmations are switched in one step, and the doctor lists half-confirmed sessions.
    /// </summary>
    private async Task ConfirmOlderAsync(ExpectedMatch match, ExpectedSession session)
    {
        var isOurs = Ours(Route.Confirm);
        foreach (var (user, buddy) in new[] { (match.User1, match.User2), (match.User2, match.User1) })
        {
            if (isOurs)
            {
                var answer = await product.SendAsync(HttpMethod.Post, $"/api/session/{session.Id}/confirm", user, new { buddy_user_id = buddy });
                Assert.True(answer.Status == 200, answer.ToString());
            }
            else
            {
                Assert.Equal(200, (await old.ConfirmAsync(session.Id, user, buddy)).StatusCode);
            }
        }

        // The old backend's older endpoint does not change the counters.
        Apply(match, session, both: true, isCounted: isOurs);
    }

    private async Task SendConfirmationAsync(ExpectedSession session, Guid user)
    {
        if (Ours(Route.Confirm))
        {
            var answer = await product.SendAsync(HttpMethod.Post, "/api/session/confirm-completion", user, new { session_id = session.Id });
            Assert.True(answer.Status == 200, answer.ToString());
        }
        else
        {
            var answer = await old.ConfirmCompletionAsync(session.Id, user);
            Assert.True(answer.Succeeded, answer.ToString());
        }
    }

    private static void Apply(ExpectedMatch match, ExpectedSession session, bool both, bool isCounted = true)
    {
        if (!both) return;

        (session.Flag1, session.Flag2, session.Status, session.IsCompletedByCalls) = (true, true, "completed", true);
        match.Version = null;
        if (isCounted) (match.Counter1, match.Counter2) = (match.Counter1 + 1, match.Counter2 + 1);
    }

    private async Task WriteNotesAsync(ExpectedMatch match, ExpectedSession session, string notes)
    {
        var status = Ours(Route.Notes)
            ? (await product.SendAsync(HttpMethod.Patch, $"/api/session/{session.Id}/notes", match.User2, new { notes })).Status
            : (await old.UpdateNotesAsync(session.Id, match.User2, notes)).StatusCode;
        Assert.Equal(200, status);
        session.Notes = notes;
    }

    private async Task ReadAsync(ExpectedMatch match, ExpectedSession session)
    {
        Count("read ours");
        var body = (await product.SendAsync(HttpMethod.Get, $"/api/session/{session.Id}", match.User1)).Body;
        var participants = body.GetProperty("participants");
        Assert.Equal(
            (session.Status, session.Flag1, session.Flag2, session.Notes),
            (body.GetProperty("status").GetString(), participants.GetProperty("user1").GetProperty("confirmed").GetBoolean(),
                participants.GetProperty("user2").GetProperty("confirmed").GetBoolean(), body.GetProperty("notes").GetString()));
    }

    private async Task ReadReputationAsync(Guid user)
    {
        if (Ours(Route.Reputation))
            Assert.Equal(200, (await product.SendAsync(HttpMethod.Get, $"/api/user/reputation/{user}", user)).Status);
        else
            await old.GetReputationAsync(user);
    }

    private bool Ours(Route route)
    {
        var isOurs = routes.IsOurs(route);
        Count($"{route} {(isOurs ? "ours" : "old")}");
        return isOurs;
    }

    private void Count(string call) => _calls.AddOrUpdate(call, 1, static (_, count) => count + 1);
}
