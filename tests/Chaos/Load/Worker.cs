using Wingman.Testing.Checking;
using Wingman.Testing.History;
using Wingman.Testing.Models;

namespace Wingman.Chaos.Load;

/// <summary>Creates one match after the other, each with one or more sessions, and runs one of the scripts on each session.</summary>
internal sealed class Worker(LoadContext context, Population population, Seeder seeder, Random random, CancellationToken cancellation)
{
    /// <summary>So far ahead that no session expires in the run unless the test wants it to.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromDays(7);

    private readonly RetryingCaller _caller = new(context, random, cancellation);

    /// <summary>Runs until asked to stop, then ends the script under way so that its history is complete.</summary>
    /// <param name="stop">Asks it to stop. It cuts off no call: the token of the constructor does.</param>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (random.Next(4) == 0 && seeder.TryTake(out var seeded))
                await PlaySessionAsync(seeded!);
            else
                await PlayMatchAsync();
        }
    }

    private async Task PlayMatchAsync()
    {
        var pair = population.NewPair(random);
        var put = await _caller.RetryAsync(() => context.Client.CallAsServiceAsync(
            random, HttpMethod.Put, $"/api/match/{pair.Match}", new { user1_id = pair.User1, user2_id = pair.User2, status = "accepted" }, cancellation));
        if (put is null) return;
        if (put.Status is not (200 or 201))
        {
            context.Violations.Add(new Violation("contract", $"unexpected answer: {put}"));
            return;
        }

        for (var sessions = random.Next(1, 4); sessions > 0; sessions--)
        {
            if (await CreateAsync(pair) is not { } session || !await PlaySessionAsync(session)) return;
        }
    }

    /// <summary>Creates a session. Null if there is none, or if an attempt without an answer may have created one whose id is unknown.</summary>
    private async Task<SessionHistory?> CreateAsync(Pair pair)
    {
        var at = TimeProvider.System.GetUtcNow() + Ahead;
        var body = new
        {
            match_id = pair.Match,
            venue_name = "Café Größe",
            time = at.ToString("O"),
            user1_challenge_id = Population.NewId(random),
            user2_challenge_id = Population.NewId(random),
        };
        var creator = random.Next(2) == 0 ? pair.User1 : pair.User2;
        var created = await _caller.RetryAsync(() => context.Client.CallAsync(random, HttpMethod.Post, "/api/session/create", creator, body, cancellation));
        if (created is null or { Status: 409 }) return null;
        if (created.Status != 200)
        {
            context.Violations.Add(new Violation("contract", $"unexpected answer: {created}"));
            return null;
        }

        var history = new SessionHistory(
            created.Body.GetProperty("session_id").GetGuid(), pair, ModelState.New, created.ReturnedAt, at + Cluster.ChaosCluster.GracePeriod, creator);
        context.Histories.Begin(history);
        return history;
    }

    /// <returns>Whether the session is over, so that the match is free for another.</returns>
    private async Task<bool> PlaySessionAsync(SessionHistory history)
    {
        var script = SessionScript.Choose(random);
        await Task.WhenAll(Act(Participant.User1), Act(Participant.User2));
        context.Histories.Close(history);
        return script.EndsSession;

        Task Act(Participant who)
        {
            // Two actors at once: each has its own random numbers, so that the seed still decides the steps of each.
            var caller = new RetryingCaller(context, new Random(random.Next()), cancellation);
            return script.PlayAsync(new SessionActor(context, caller, history, who), who);
        }
    }
}
