using Wingman.Bench.Database;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Scenarios;

/// <summary>The first read of each user's reputation: counted over 60 sessions here, read from one counter by the peer.</summary>
internal sealed class ReputationScenario : Scenario
{
    public const string FirstRead = "first-read";

    /// <summary>Each in a match of its own.</summary>
    private const int SessionsPerUser = 60;

    private const int RoundUsers = 250;

    public override string Name => "reputation";

    public override string Question => "the first read of a user's reputation, 60 matches with one completed session each";

    public override IReadOnlyList<SystemUnderTest> Systems => [AllSystems.Wingman, AllSystems.Peer];

    /// <summary>The announcements of the warm-up would slow the measured reads down.</summary>
    public override IReadOnlyDictionary<string, string> Environment => WithoutAnnouncements;

    public override DatabaseShape Shape(BenchScale scale) =>
        new("reputation", scale.ReputationUsers * SessionsPerUser / 2, 0, scale.ReputationUsers) { IsOver = true };

    public override async Task RunAsync(ScenarioRun run, CancellationToken cancellation)
    {
        int[] users = [.. Enumerable.Range(0, run.Shape.Users)];
        var started = TimeProvider.System.GetTimestamp();
        var half = users.Length / 2;
        for (var at = 0; TimeProvider.System.GetElapsedTime(started) < run.Scale.WarmUp; at = (at + RoundUsers) % half)
            await run.ReadAsync(null, run.ReputationCalls(users[at..Math.Min(at + RoundUsers, half)]), 64, cancellation);

        await run.ReadAsync(FirstRead, run.ReputationCalls(users[half..]), 64, cancellation);
    }
}

/// <summary>A user with 10,000 sessions, which are counted at each read.</summary>
internal sealed class LargeUserScenario : Scenario
{
    public const string Count = "count-ms";

    private const int Sessions = 10_000;
    private const int Reads = 40;

    public override string Name => "large-user";

    public override string Question => "counting a user of 10,000 matches with one completed session each";

    public override IReadOnlyList<SystemUnderTest> Systems => [AllSystems.Wingman];

    public override IReadOnlyDictionary<string, string> Environment { get; } =
        new Dictionary<string, string> { ["Wingman__Reputation__MaxAge"] = "00:00:00" };

    public override DatabaseShape Shape(BenchScale scale) => new("large_user", Sessions, 0, 1_000) { OneUserInAll = true, IsOver = true };

    public override async Task RunAsync(ScenarioRun run, CancellationToken cancellation)
    {
        int[] reads = new int[Reads];
        await run.ReadAsync(null, run.ReputationCalls(reads), 1, cancellation);
        var begun = TimeProvider.System.GetTimestamp();
        await run.ReadAsync("count", run.ReputationCalls(reads), 1, cancellation);
        run.Record(Count, TimeProvider.System.GetElapsedTime(begun).TotalMilliseconds / Reads, " ms");
    }
}
