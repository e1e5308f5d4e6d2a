using System.Globalization;
using System.Text.Json;

namespace Wingman.SystemTests.TakeOver;

/// <summary>Every exchange of the session family.</summary>
internal static class Exchanges
{
    public static IReadOnlyList<Exchange> All { get; } = [.. Confirmations(), .. OlderConfirmations(), .. Creations(), .. NotesAndReads(), .. Reputations()];

    private static IEnumerable<Exchange> Confirmations()
    {
        yield return Exchange.Live("confirm: first", null, s => s.Old.ConfirmCompletionAsync(s.Session, s.Buddies.User1), s => s.ConfirmAsync(s.Buddies.User1));
        yield return Exchange.Live("confirm: first, by the second user", null, s => s.Old.ConfirmCompletionAsync(s.Session, s.Buddies.User2), s => s.ConfirmAsync(s.Buddies.User2));
        yield return Exchange.Live("confirm: first, in progress", null,
            s => s.Old.ConfirmCompletionAsync(s.Session, s.Buddies.User1), s => s.ConfirmAsync(s.Buddies.User1), s => s.SetAsync("status = 'in_progress'"));
        yield return Exchange.Live("confirm: repeated", null,
            s => s.Old.ConfirmCompletionAsync(s.Session, s.Buddies.User1), s => s.ConfirmAsync(s.Buddies.User1), s => s.SetAsync("user1_completed_confirmed_by_user2 = true"));
        yield return Exchange.Live("confirm: the buddy", null,
            s => s.Old.ConfirmCompletionAsync(s.Session, s.Buddies.User2), s => s.ConfirmAsync(s.Buddies.User2), s => s.SetAsync("user1_completed_confirmed_by_user2 = true"));
        yield return Exchange.Live("confirm: both flags set, still open", null,
            s => s.Old.ConfirmCompletionAsync(s.Session, s.Buddies.User1), s => s.ConfirmAsync(s.Buddies.User1),
            s => s.SetAsync("user1_completed_confirmed_by_user2 = true, user2_completed_confirmed_by_user1 = true"));
        yield return Exchange.Live("confirm: completed", null,
            s => s.Old.ConfirmCompletionAsync(s.Session, s.Buddies.User1), s => s.ConfirmAsync(s.Buddies.User1),
            s => s.SetAsync("status = 'completed', completed_at = now(), user1_completed_confirmed_by_user2 = true, user2_completed_confirmed_by_user1 = true"));
        yield return Exchange.Live("confirm: completed without the flags", "completed without both confirmations",
            s => s.Old.ConfirmCompletionAsync(s.Session, s.Buddies.User1), s => s.ConfirmAsync(s.Buddies.User1), s => s.SetAsync("status = 'completed'"));
        yield return Exchange.Live("confirm: before its time", null,
            s => s.Old.ConfirmCompletionAsync(s.Session, s.Buddies.User1), s => s.ConfirmAsync(s.Buddies.User1), s => s.SetAsync("scheduled_time = now() + interval '1 day'"));
        yield return Exchange.Live("confirm: a stranger", null, s => s.Old.ConfirmCompletionAsync(s.Session, Guid.NewGuid()), s => s.ConfirmAsync(Guid.NewGuid()));
        yield return Exchange.Live("confirm: no such session", null,
            s => s.Old.ConfirmCompletionAsync(s.Session, s.Buddies.User1), s => s.ConfirmAsync(s.Buddies.User1), s => s.DropSessionAsync());
        yield return Exchange.Live("confirm: cancelled", "confirming after the end",
            s => s.Old.ConfirmCompletionAsync(s.Session, s.Buddies.User1), s => s.ConfirmAsync(s.Buddies.User1), s => s.SetAsync("status = 'cancelled'"));
        yield return Exchange.Live("confirm: no-show", "confirming after the end",
            s => s.Old.ConfirmCompletionAsync(s.Session, s.Buddies.User1), s => s.ConfirmAsync(s.Buddies.User1), s => s.SetAsync("status = 'no_show'"));
        yield return Exchange.Live("confirm: no status", "empty columns",
            s => s.Old.ConfirmCompletionAsync(s.Session, s.Buddies.User1), s => s.ConfirmAsync(s.Buddies.User1), s => s.SetAsync("status = null"));
        yield return Exchange.Live("confirm: the buddy's flag is null", "empty columns",
            s => s.Old.ConfirmCompletionAsync(s.Session, s.Buddies.User1), s => s.ConfirmAsync(s.Buddies.User1), s => s.SetAsync("user2_completed_confirmed_by_user1 = null"));
        yield return Exchange.Live("confirm: a counter is null", "empty columns",
            s => s.Old.ConfirmCompletionAsync(s.Session, s.Buddies.User2), s => s.ConfirmAsync(s.Buddies.User2), async s =>
            {
                await s.SetAsync("user1_completed_confirmed_by_user2 = true");
                await s.SetMatchAsync("user1_reputation = null");
            });
        yield return Exchange.Known("confirm: nobody", null, "401 Authentication required. Please log in to access this resource.",
            s => s.Product.SendAsync(HttpMethod.Post, "/api/session/confirm-completion", user: null, new { session_id = s.Session }));
        yield return Exchange.Known("confirm: the test header outside development", null, "401 Authentication required. Please log in to access this resource.",
            s => s.Product.SendAsync(HttpMethod.Post, "/api/session/confirm-completion", null, $"{{\"session_id\":\"{s.Session}\"}}", ("X-Test-User-ID", $"{s.Buddies.User1}")));
        yield return Exchange.Known("confirm: no UUID", null, "422 string_pattern_mismatch body.session_id",
            async s => FirstError(await s.Product.SendAsync(HttpMethod.Post, "/api/session/confirm-completion", s.Buddies.User1, new { session_id = "nonsense" })));
        yield return Exchange.Known("confirm: no session", null, "422 missing body.session_id",
            async s => FirstError(await s.Product.SendAsync(HttpMethod.Post, "/api/session/confirm-completion", s.Buddies.User1, new { })));
    }

    private static IEnumerable<Exchange> OlderConfirmations()
    {
        yield return Exchange.Live("older confirm: first", "one confirmation per person",
            s => s.Old.ConfirmAsync(s.Session, s.Buddies.User1, s.Buddies.User2), s => s.ConfirmOlderAsync(s.Buddies.User1, s.Buddies.User2));
        yield return Exchange.Live("older confirm: the buddy", "one confirmation per person",
            async s =>
            {
                await s.Old.ConfirmAsync(s.Session, s.Buddies.User1, s.Buddies.User2);
                return await s.Old.ConfirmAsync(s.Session, s.Buddies.User2, s.Buddies.User1);
            },
            async s =>
            {
                await s.ConfirmOlderAsync(s.Buddies.User1, s.Buddies.User2);
                return await s.ConfirmOlderAsync(s.Buddies.User2, s.Buddies.User1);
            });
        yield return Exchange.Live("older confirm: one person by both endpoints", "one confirmation per person",
            async s =>
            {
                await s.Old.ConfirmAsync(s.Session, s.Buddies.User1, s.Buddies.User2);
                return await s.Old.ConfirmCompletionAsync(s.Session, s.Buddies.User1);
            },
            async s =>
            {
                await s.ConfirmOlderAsync(s.Buddies.User1, s.Buddies.User2);
                return await s.ConfirmAsync(s.Buddies.User1);
            });
        yield return Exchange.Live("older confirm: too early", null,
            s => s.Old.ConfirmAsync(s.Session, s.Buddies.User1, s.Buddies.User2), s => s.ConfirmOlderAsync(s.Buddies.User1, s.Buddies.User2),
            s => s.SetAsync("scheduled_time = '2090-01-02 03:04:05Z'"));
        yield return Exchange.Live("older confirm: not the buddy", null,
            s => s.Old.ConfirmAsync(s.Session, s.Buddies.User1, Guid.NewGuid()), s => s.ConfirmOlderAsync(s.Buddies.User1, Guid.NewGuid()));
        yield return Exchange.Live("older confirm: oneself", null,
            s => s.Old.ConfirmAsync(s.Session, s.Buddies.User1, s.Buddies.User1), s => s.ConfirmOlderAsync(s.Buddies.User1, s.Buddies.User1));
        yield return Exchange.Live("older confirm: a stranger", null,
            s => s.Old.ConfirmAsync(s.Session, Guid.NewGuid(), s.Buddies.User1), s => s.ConfirmOlderAsync(Guid.NewGuid(), s.Buddies.User1));
        yield return Exchange.Live("older confirm: no such session", null,
            s => s.Old.ConfirmAsync(s.Session, s.Buddies.User1, s.Buddies.User2), s => s.ConfirmOlderAsync(s.Buddies.User1, s.Buddies.User2), s => s.DropSessionAsync());
        yield return Exchange.Live("older confirm: completed", null,
            s => s.Old.ConfirmAsync(s.Session, s.Buddies.User1, s.Buddies.User2), s => s.ConfirmOlderAsync(s.Buddies.User1, s.Buddies.User2),
            s => s.SetAsync("status = 'completed', completed_at = now(), user1_completed_confirmed_by_user2 = true, user2_completed_confirmed_by_user1 = true"));
        yield return Exchange.Live("older confirm: cancelled", "confirming after the end",
            s => s.Old.ConfirmAsync(s.Session, s.Buddies.User1, s.Buddies.User2), s => s.ConfirmOlderAsync(s.Buddies.User1, s.Buddies.User2),
            s => s.SetAsync("status = 'cancelled'"));
        yield return Exchange.Live("older confirm: a session without a time", "empty columns",
            s => s.Old.ConfirmAsync(s.Session, s.Buddies.User1, s.Buddies.User2), s => s.ConfirmOlderAsync(s.Buddies.User1, s.Buddies.User2),
            s => s.SetAsync("scheduled_time = null"));
        yield return Exchange.Known("older confirm: nobody", null, "401 Authentication required. Please log in to access this resource.",
            s => s.Product.SendAsync(HttpMethod.Post, $"{s.SessionPath}/confirm", user: null, new { buddy_user_id = s.Buddies.User2 }));
    }

    private static IEnumerable<Exchange> Creations()
    {
        yield return Exchange.Live("create", null,
            s => s.Old.CreateSessionAsync(s.Buddies.Match, "Café", Scene.Future, s.Challenge1, s.Challenge2),
            s => s.CreateAsync(s.Buddies.User1, Scene.Future, s.Challenge1, s.Challenge2), s => s.DropSessionAsync());
        yield return Exchange.Live("create: for a match that is not there", null,
            s => s.Old.CreateSessionAsync(Guid.Empty, "Café", Scene.Future, s.Challenge1, s.Challenge2),
            s => s.Product.SendAsync(HttpMethod.Post, "/api/session/create", s.Buddies.User1,
                new { match_id = Guid.NewGuid(), venue_name = "Café", time = Scene.Future, user1_challenge_id = s.Challenge1, user2_challenge_id = s.Challenge2 }));
        yield return Exchange.Live("create: a pending match", null,
            s => s.Old.CreateSessionAsync(s.Buddies.Match, "Café", Scene.Future, s.Challenge1, s.Challenge2),
            s => s.CreateAsync(s.Buddies.User1, Scene.Future, s.Challenge1, s.Challenge2), s => s.SetMatchAsync("status = 'pending'"));
        yield return Exchange.Live("create: an active session is there", null,
            s => s.Old.CreateSessionAsync(s.Buddies.Match, "Café", Scene.Future, s.Challenge1, s.Challenge2),
            s => s.CreateAsync(s.Buddies.User1, Scene.Future, s.Challenge1, s.Challenge2));
        yield return Exchange.Live("create: an active session, and the time is past", null,
            s => s.Old.CreateSessionAsync(s.Buddies.Match, "Café", Scene.Past, s.Challenge1, s.Challenge2),
            s => s.CreateAsync(s.Buddies.User1, Scene.Past, s.Challenge1, s.Challenge2));
        yield return Exchange.Live("create: the time is past", null,
            s => s.Old.CreateSessionAsync(s.Buddies.Match, "Café", Scene.Past, s.Challenge1, s.Challenge2),
            s => s.CreateAsync(s.Buddies.User1, Scene.Past, s.Challenge1, s.Challenge2), s => s.DropSessionAsync());
        yield return Exchange.Live("create: a challenge that is not there", null,
            s => s.Old.CreateSessionAsync(s.Buddies.Match, "Café", Scene.Future, s.Challenge1, Guid.NewGuid()),
            s => s.CreateAsync(s.Buddies.User1, Scene.Future, s.Challenge1, Guid.NewGuid()), s => s.DropSessionAsync());
        yield return Exchange.Live("create: an active session without a status", "empty columns",
            s => s.Old.CreateSessionAsync(s.Buddies.Match, "Café", Scene.Future, s.Challenge1, s.Challenge2),
            s => s.CreateAsync(s.Buddies.User1, Scene.Future, s.Challenge1, s.Challenge2), s => s.SetAsync("status = null"));
        yield return Exchange.Known("create: the same challenge twice", null, "400",
            async s => StatusOf(await s.CreateAsync(s.Buddies.User1, Scene.Future, s.Challenge1, s.Challenge1)), s => s.DropSessionAsync());
        yield return Exchange.Known("create: without challenges", null, "422 missing body.user1_challenge_id",
            async s => FirstError(await s.CreateAsync(s.Buddies.User1, Scene.Future, null, null)));
        yield return Exchange.Known("create: no venue", null, "422 string_too_short body.venue_name",
            async s => FirstError(await s.CreateAsync(s.Buddies.User1, Scene.Future, s.Challenge1, s.Challenge2, venue: "")));
        yield return Exchange.Known("create: a venue of 201 characters", null, "422 string_too_long body.venue_name",
            async s => FirstError(await s.CreateAsync(s.Buddies.User1, Scene.Future, s.Challenge1, s.Challenge2, new string('v', 201))));
        yield return Exchange.Known("create: the whole answer", null, $"200 True Session scheduled successfully at Café|{Scene.Future.UtcDateTime:yyyy-MM-ddTHH:mm:ss}Z|Café",
            async s => WholeCreation(await s.CreateAsync(s.Buddies.User1, $"{Scene.Future.UtcDateTime:yyyy-MM-ddTHH:mm:ss}Z", s.Challenge1, s.Challenge2)), s => s.DropSessionAsync());
        yield return Exchange.Known("create: a number of seconds", null, $"200 True Session scheduled successfully at Café|{Scene.Future.UtcDateTime:yyyy-MM-ddTHH:mm:ss}Z|Café",
            async s => WholeCreation(await s.CreateAsync(s.Buddies.User1, Scene.Future.ToUnixTimeSeconds(), s.Challenge1, s.Challenge2)), s => s.DropSessionAsync());
        yield return Exchange.Known("create: a time with an offset", "times",
            $"200 True Session scheduled successfully at Café|{Scene.Future.ToOffset(TimeSpan.FromHours(2)):yyyy-MM-ddTHH:mm:sszzz}|Café",
            async s => WholeCreation(await s.CreateAsync(s.Buddies.User1, $"{Scene.Future.ToOffset(TimeSpan.FromHours(2)):yyyy-MM-ddTHH:mm:sszzz}", s.Challenge1, s.Challenge2)),
            s => s.DropSessionAsync());
        yield return Exchange.Known("create: a time without an offset", "times", "500",
            async s => StatusOf(await s.CreateAsync(s.Buddies.User1, $"{Scene.Future.UtcDateTime:yyyy-MM-ddTHH:mm:ss}", s.Challenge1, s.Challenge2)), s => s.DropSessionAsync());
        yield return Exchange.Known("create: notifications", "notifications", "True",
            async s => (await s.CreateAsync(s.Buddies.User1, Scene.Future, s.Challenge1, s.Challenge2)).Body.GetProperty("notifications_sent").GetBoolean().ToString(),
            s => s.DropSessionAsync());
        yield return Exchange.Known("create: nobody", "who may create", "200",
            async s => StatusOf(await s.CreateAsync(null, Scene.Future, s.Challenge1, s.Challenge2)), s => s.DropSessionAsync());
        yield return Exchange.Known("create: a stranger", "who may create", "200",
            async s => StatusOf(await s.CreateAsync(Guid.NewGuid(), Scene.Future, s.Challenge1, s.Challenge2)), s => s.DropSessionAsync());
        yield return Exchange.Known("create: the product's backend", null, "200",
            async s => StatusOf(await s.Product.SendAsServiceAsync(HttpMethod.Post, "/api/session/create",
                new { match_id = s.Buddies.Match, venue_name = "Café", time = Scene.Future, user1_challenge_id = s.Challenge1, user2_challenge_id = s.Challenge2 })),
            s => s.DropSessionAsync());
    }

    private static IEnumerable<Exchange> NotesAndReads()
    {
        yield return Exchange.Live("notes", null,
            s => s.Old.UpdateNotesAsync(s.Session, s.Buddies.User1, "  We did it. "),
            s => s.Product.SendAsync(HttpMethod.Patch, $"{s.SessionPath}/notes", s.Buddies.User1, new { notes = "  We did it. " }));
        yield return Exchange.Live("notes: of a session that is over", null,
            s => s.Old.UpdateNotesAsync(s.Session, s.Buddies.User2, "Late"),
            s => s.Product.SendAsync(HttpMethod.Patch, $"{s.SessionPath}/notes", s.Buddies.User2, new { notes = "Late" }), s => s.SetAsync("status = 'cancelled'"));
        yield return Exchange.Live("notes: a stranger", null,
            s => s.Old.UpdateNotesAsync(s.Session, Guid.NewGuid(), "Mine"),
            s => s.Product.SendAsync(HttpMethod.Patch, $"{s.SessionPath}/notes", Guid.NewGuid(), new { notes = "Mine" }));
        yield return Exchange.Live("notes: no such session", null,
            s => s.Old.UpdateNotesAsync(s.Session, s.Buddies.User1, "Gone"),
            s => s.Product.SendAsync(HttpMethod.Patch, $"{s.SessionPath}/notes", s.Buddies.User1, new { notes = "Gone" }), s => s.DropSessionAsync());
        yield return Exchange.Live("notes: 2,001 characters", "notes",
            s => s.Old.UpdateNotesAsync(s.Session, s.Buddies.User1, new string('n', 2001)),
            s => s.Product.SendAsync(HttpMethod.Patch, $"{s.SessionPath}/notes", s.Buddies.User1, new { notes = new string('n', 2001) }));
        yield return Exchange.Known("notes: personal data", "notes", "Call me: [masked]",
            async s => (await s.Product.SendAsync(HttpMethod.Patch, $"{s.SessionPath}/notes", s.Buddies.User1, new { notes = "Call me: 0151 2345678" }))
                .Body.GetProperty("updated_notes").GetString()!);
        yield return Exchange.Known("read", null,
            "200 Café|2025-03-04T18:30:00Z|scheduled|One Smile beginner 10 True|Two Dance advanced 30 False|10 30",
            async s => WholeSession(await s.Product.SendAsync(HttpMethod.Get, s.SessionPath, s.Buddies.User2)),
            s => s.SetAsync($"venue_name = 'Café', user1_completed_confirmed_by_user2 = true, user1_challenge_id = '{s.Challenge1}', user2_challenge_id = '{s.Challenge2}'"));
        yield return Exchange.Known("read: without challenges", "no challenge", "\"<an id>\" Unknown Challenge",
            async s => ChallengeOf(await s.Product.SendAsync(HttpMethod.Get, s.SessionPath, s.Buddies.User1)));
        yield return Exchange.Known("read: a stranger", null, "403 Access denied - user is not a participant in this session",
            s => s.Product.SendAsync(HttpMethod.Get, s.SessionPath, Guid.NewGuid()));
        yield return Exchange.Known("read: no such session", null, "404 Session not found",
            s => s.Product.SendAsync(HttpMethod.Get, s.SessionPath, s.Buddies.User1), s => s.DropSessionAsync());
        yield return Exchange.Known("read: nobody", null, "401 Authentication required. Please log in to access this resource.",
            s => s.Product.SendAsync(HttpMethod.Get, s.SessionPath, user: null));
    }

    private static IEnumerable<Exchange> Reputations()
    {
        yield return new("reputation", null, OldReputationAsync, OurReputationAsync);
        yield return new("reputation: completed", null,
            async s => await WithAsync(s, "status = 'completed', user1_completed_confirmed_by_user2 = true, user2_completed_confirmed_by_user1 = true", OldReputationAsync),
            async s => await WithAsync(s, "status = 'completed', user1_completed_confirmed_by_user2 = true, user2_completed_confirmed_by_user1 = true", OurReputationAsync));
        yield return new("reputation: a no-show of both", null,
            async s => await WithAsync(s, "status = 'no_show'", OldReputationAsync), async s => await WithAsync(s, "status = 'no_show'", OurReputationAsync));
        yield return new("reputation: a no-show of the buddy's", "counting",
            async s => await WithAsync(s, "status = 'no_show', user1_completed_confirmed_by_user2 = true", OldReputationAsync),
            async s => await WithAsync(s, "status = 'no_show', user1_completed_confirmed_by_user2 = true", OurReputationAsync));
        yield return new("reputation: cancelled", "counting",
            async s => await WithAsync(s, "status = 'cancelled'", OldReputationAsync), async s => await WithAsync(s, "status = 'cancelled'", OurReputationAsync));
        yield return Exchange.Known("reputation: as the badge asks, signed in by nothing", null, "200 0 0 0 green",
            async s => ReputationOf(await s.Product.SendAsync(
                HttpMethod.Get, $"/api/user/reputation/{Guid.NewGuid()}?use_cache=false", null, null, ("X-Test-User-ID", "test-user-123"))));
        yield return Exchange.Known("reputation: no UUID", null, "422 String",
            async s =>
            {
                var answer = await s.Product.SendAsync(HttpMethod.Get, "/api/user/reputation/nonsense", user: null);
                return $"{answer.Status} {answer.Body.GetProperty("detail").ValueKind}";
            });
        yield return Exchange.Known("reputation: drop one from the cache", null, "200",
            async s => StatusOf(await s.Product.SendAsync(HttpMethod.Post, $"/api/user/reputation/cache/invalidate/{s.Buddies.User1}", s.Buddies.User1)));
        yield return Exchange.Known("reputation: drop all from the cache", null, "200",
            async s => StatusOf(await s.Product.SendAsync(HttpMethod.Post, "/api/user/reputation/cache/invalidate-all", s.Buddies.User1)));
        yield return Exchange.Known("reputation: drop from the cache, signed in by nothing", "cache", "200",
            async s => StatusOf(await s.Product.SendAsync(HttpMethod.Post, "/api/user/reputation/cache/invalidate-all", user: null)));
    }

    private static async Task<string> OldReputationAsync(Scene scene)
    {
        var reputation = await scene.Old.GetReputationAsync(scene.Buddies.User1);
        return string.Create(CultureInfo.InvariantCulture, $"200 {reputation.Score} {reputation.CompletedSessions} {reputation.NoShows} {reputation.BadgeColor}");
    }

    private static async Task<string> OurReputationAsync(Scene scene) =>
        ReputationOf(await scene.Product.SendAsync(HttpMethod.Get, $"/api/user/reputation/{scene.Buddies.User1}", user: null));

    private static async Task<string> WithAsync(Scene scene, string assignment, Func<Scene, Task<string>> then)
    {
        await scene.SetAsync(assignment);
        return await then(scene);
    }

    private static string ReputationOf(Answer answer)
    {
        var body = answer.Body;
        Assert.EndsWith("Z", body.GetProperty("cache_timestamp").GetString(), StringComparison.Ordinal);
        return $"{answer.Status} {body.GetProperty("score")} {body.GetProperty("completed_sessions")} {body.GetProperty("no_shows")} {body.GetProperty("badge_color")}";
    }

    private static string StatusOf(Answer answer) => answer.Status.ToString(CultureInfo.InvariantCulture);

    private static string FirstError(Answer answer)
    {
        var error = answer.Body.GetProperty("detail")[0];
        Assert.True(error.TryGetProperty("msg", out _) && error.TryGetProperty("input", out _), answer.ToString());
        return $"{answer.Status} {error.GetProperty("type")} {string.Join('.', error.GetProperty("loc").EnumerateArray())}";
    }

    private static string WholeCreation(Answer answer)
    {
        var body = answer.Body;
        Assert.NotEqual(Guid.Empty, body.GetProperty("session_id").GetGuid());
        return $"{answer.Status} {body.GetProperty("success")} {body.GetProperty("message")}|{body.GetProperty("scheduled_time")}|{body.GetProperty("venue_name")}";
    }

    private static string WholeSession(Answer answer)
    {
        var body = answer.Body;
        foreach (var nullable in (string[])["id", "match_id", "notes", "completed_at"]) Assert.True(body.TryGetProperty(nullable, out _), nullable);
        var preview = body.GetProperty("reputation_preview");
        return $"{answer.Status} {body.GetProperty("venue_name")}|{body.GetProperty("scheduled_time")}|{body.GetProperty("status")}|{Of("user1")}|{Of("user2")}"
            + $"|{string.Join(' ', preview.EnumerateObject().Select(static points => points.Value))}";

        string Of(string user)
        {
            var participant = body.GetProperty("participants").GetProperty(user);
            var challenge = participant.GetProperty("challenge");
            Assert.Equal(JsonValueKind.String, challenge.GetProperty("description").ValueKind);
            return $"{participant.GetProperty("name")} {challenge.GetProperty("title")} {challenge.GetProperty("difficulty")} {challenge.GetProperty("points")} {participant.GetProperty("confirmed")}";
        }
    }

    private static string ChallengeOf(Answer answer)
    {
        var challenge = answer.Body.GetProperty("participants").GetProperty("user1").GetProperty("challenge");
        return $"\"{challenge.GetProperty("id").GetString()}\" {challenge.GetProperty("title")}";
    }
}
