using Wingman.Chaos.Load;
using Wingman.Testing.Checking;

namespace Wingman.Chaos.Checking;

/// <summary>I3 after all writes have ended: every host answers for every user the count of the rows.</summary>
internal static class ReputationCheck
{
    public static async Task<IReadOnlyList<Violation>> CheckAsync(
        LoadClient client, IReadOnlyList<Guid> users, DatabaseSnapshot everything, CancellationToken cancellation)
    {
        var counted = Credits.Count(everything.Sessions);
        var freshBy = RunClock.After(LoadContext.ReputationStaleness + client.Patience);
        List<Violation> violations = [];
        foreach (var host in client.Hosts.All)
        {
            foreach (var user in users)
            {
                while (await QueryAsync(client, host, user, counted.GetValueOrDefault(user), cancellation) is { } violation)
                {
                    // An answer may come from a cache and be a few seconds old, so it may lack the last expiry.
                    if (RunClock.Now < freshBy) continue;
                    violations.Add(violation);
                    break;
                }
            }
        }

        return violations;
    }

    private static async Task<Violation?> QueryAsync(
        LoadClient client, EntryHost host, Guid user, Credits counted, CancellationToken cancellation)
    {
        // On a slow machine a time of the service may be up although no fault is active.
        var attempts = client.Patience > TimeSpan.Zero ? 3 : 1;
        for (var attempt = 1; ; attempt++)
        {
            var call = await client.CallAtAsync(host, HttpMethod.Get, $"/api/user/reputation/{user}", user, null, cancellation);
            if (call.Status == 200)
                return Compare(user, counted, Number(call, "completed_sessions"), Number(call, "no_shows"), Number(call, "score"));
            if (!call.IsOutOfTime || attempt == attempts) return new("I6", $"no fault is active, but a call failed: {call}");
        }
    }

    /// <summary>Compares an answer with a count of the rows.</summary>
    public static Violation? Compare(Guid user, Credits counted, long completed, long noShows, long score) =>
        (completed, noShows, score) == (counted.Completed, counted.NoShows, counted.Score)
            ? null
            : new("I3", $"user {user} is shown ({completed}, {noShows}, {score}), but the rows say ({counted.Completed}, {counted.NoShows}, {counted.Score})");

    private static long Number(Call call, string property) => call.Body.GetProperty(property).GetInt64();
}
