using Wingman.Chaos.Load;
using Wingman.Reputation;

namespace Wingman.Chaos.Checking;

/// <summary>I3 when all is quiet: every host answers for every user what the ledger says.</summary>
internal static class ReputationCheck
{
    public static async Task<IReadOnlyList<Violation>> CheckAsync(
        WingmanClient client, IReadOnlyList<Guid> users, DatabaseSnapshot everything, CancellationToken cancellation)
    {
        var ledger = everything.Credits.ToLookup(static credit => credit.User, static credit => credit.Outcome);
        var freshBy = RunClock.After(LoadContext.ReputationStaleness);
        List<Violation> violations = [];
        foreach (var host in client.Hosts.All)
        {
            foreach (var user in users)
            {
                while (await AskAsync(client, host, user, ledger[user], cancellation) is { } violation)
                {
                    // An answer may be a few seconds old, as old as the last expiry.
                    if (RunClock.Now < freshBy)
                        continue;
                    violations.Add(violation);
                    break;
                }
            }
        }

        return violations;
    }

    private static async Task<Violation?> AskAsync(
        WingmanClient client, EntryHost host, Guid user, IEnumerable<CreditOutcome> ledger, CancellationToken cancellation)
    {
        var call = await client.CallAtAsync(host, HttpMethod.Get, $"/api/user/reputation/{user}", user, null, cancellation);
        return call.Status == 200
            ? Compare(user, ledger, Number(call, "completed_sessions"), Number(call, "no_shows"), Number(call, "score"))
            : new("I6", $"all is quiet, and yet: {call}");
    }

    /// <summary>Compares an answer with the ledger.</summary>
    public static Violation? Compare(Guid user, IEnumerable<CreditOutcome> ledger, long completed, long noShows, long score)
    {
        var outcomes = ledger.ToList();
        var expectedCompleted = outcomes.Count(static outcome => outcome == CreditOutcome.Completed);
        var expectedNoShows = outcomes.Count - expectedCompleted;
        var expectedScore = Math.Clamp(expectedCompleted - expectedNoShows, -5, 20);
        return (completed, noShows, score) == (expectedCompleted, expectedNoShows, expectedScore)
            ? null
            : new("I3", $"user {user} is shown ({completed}, {noShows}, {score}), and the ledger says ({expectedCompleted}, {expectedNoShows}, {expectedScore})");
    }

    private static long Number(Call call, string property) => call.Body.GetProperty(property).GetInt64();
}
