using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Wingman.Grains.Tests.Cluster;
using Wingman.Grains.Tests.Faults;
using Wingman.Grains.Tests.Sweeping;
using Wingman.Reputation;
using Wingman.Sessions;
using Wingman.Silo.Storage;
using Wingman.Testing.History;
using Wingman.Testing.Invariants;
using Wingman.Testing.Models;
using Xunit.Abstractions;

namespace Wingman.Grains.Tests.Races;

/// <summary>
/// Two participants, two activations of each grain, and another program that writes the same rows in every gap: the answers
/// and the tables must always be those of some sequence of single steps.
/// </summary>
public sealed class RaceTests(ITestOutputHelper output)
{
    /// <summary>How many random scenarios; <c>./wingman races</c> sets it, and the seed.</summary>
    private const string CountVariable = "WINGMAN_RACES";

    /// <summary>The seed that a failure prints.</summary>
    private const string SeedVariable = "WINGMAN_RACE_SEED";

    private const int DefaultCount = 4_000;

    private const int AtOnce = 32;

    [Fact]
    public async Task Session_WhateverAnotherProgramDoesInEveryGap_IsAsTheModelSays()
    {
        await using var database = await TestDatabase.CreateProductsAsync();
        using var metrics = new MetricsReader("Wingman");
        var (leftPlan, rightPlan) = (new FaultPlan(), new FaultPlan());
        // Below the second after which Postgres checks for deadlocks: our statement gives up first.
        await using var left = await StartAsync(database, leftPlan, lockTimeout: "00:00:00.5");
        await using var right = await StartAsync(database, rightPlan, lockTimeout: "00:00:00.01");
        // Each scenario reads its own lines at its end.
        await left.Tables.ExecuteAsync("create index on wingman.events (session_id)");
        var hits = new GapHits();
        var runner = new ScenarioRunner(new(left, leftPlan), new(right, rightPlan), hits, metrics);

        var begun = Stopwatch.GetTimestamp();
        foreach (var scenario in EveryGap()) await runner.RunAsync(scenario);
        output.WriteLine($"Every act in every gap took {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s.");
        Assert.Empty(hits.Missed);

        begun = Stopwatch.GetTimestamp();
        hits = new GapHits();
        runner = new ScenarioRunner(new(left, leftPlan), new(right, rightPlan), hits, metrics);
        var seed = Number(SeedVariable) ?? Random.Shared.Next();
        var count = Number(CountVariable) ?? DefaultCount;
        output.WriteLine($"{count} random scenarios from seed {seed}");
        ConcurrentQueue<string> failed = [];
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) =>
        {
            try
            {
                await runner.RunAsync(Scenario.Random(new Random(seed + number)));
            }
            catch (Exception exception)
            {
                failed.Enqueue($"{SeedVariable}={seed + number} {CountVariable}=1: {exception.Message}");
            }
        });

        output.WriteLine($"They took {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s; so often another program wrote in each gap:");
        output.WriteLine($"{hits}");
        output.WriteLine($"{runner.Counts.Calls} calls, {runner.Counts.Failures} failed by themselves");
        Assert.True(failed.IsEmpty, $"{failed.Count} of {count} failed, the first: {failed.FirstOrDefault()}");
        Assert.Equal(0, runner.Counts.Failures);
        if (count >= DefaultCount) Assert.Empty(hits.MissedGaps);
        await Invariant.AssertAllAsync(database.OtherWriter);
    }

    /// <summary>Shows that the model can fail: answers that no order could give are not explained.</summary>
    [Fact]
    public void Explain_WhenAnAnswerIsWrong_FindsNoOrder()
    {
        DatabaseState[] scheduled = [Scenario.Scheduled];
        var (first, second) = (Ours(Operation.Confirm, Who.User1), Ours(Operation.Confirm, Who.User2));
        var cancel = Theirs(OtherAct.Cancel, "done");

        Assert.NotEmpty(Explanation.Explain(scheduled, [first("Completed"), second("WaitingForBuddy")]));
        Assert.Empty(Explanation.Explain(scheduled, [first("WaitingForBuddy"), second("WaitingForBuddy")]));
        Assert.Empty(Explanation.Explain(scheduled, [first("Completed"), second("Completed")]));
        Assert.Empty(Explanation.Explain(scheduled, [first("Completed")]));

        // No confirmation is accepted after another program's cancellation, and the cancellation is not undone.
        var waiting = Explanation.Explain(scheduled, [first("WaitingForBuddy")]);
        Assert.Empty(Explanation.Explain(Explanation.Explain(waiting, [cancel]), [second("Completed")]));
        Assert.All(Explanation.Explain(waiting, [cancel, second("Completed")]), end => Assert.Equal("cancelled", end.Status));
        Assert.Empty(Explanation.Explain(waiting, [cancel, second("WaitingForBuddy")]));

        // A call that failed may or may not have happened; an acknowledged one has happened.
        Assert.Equal(2, Explanation.Explain(scheduled, [first(null)]).Count);
        Assert.DoesNotContain(Scenario.Scheduled, waiting);

        // The steps of one caller keep their order.
        var flag = Theirs(OtherAct.SetFlag2, "true true");
        var complete = new Occurrence("complete", "done", OtherStep.Complete.Step, flag);
        var ends = Explanation.Explain(scheduled, [flag, complete, first("WaitingForBuddy")]);
        Assert.All(ends, end => Assert.Equal((true, true, CompletedBy.OtherWriter), (end.User1, end.User2, end.CompletedBy)));
        Assert.NotEmpty(ends);
    }

    private static Func<string?, Occurrence> Ours(Operation operation, Who who) => answer => new($"{operation} {who}", answer, state => OurModel.Step(state, operation, who));

    private static Occurrence Theirs(OtherAct act, string answer) => new($"{act}", answer, OtherStep.First(act).Step);

    /// <summary>Each act in each gap of the first confirmation, of the completing one, of scheduling, cancelling, notes, and expiry.</summary>
    private static IEnumerable<Scenario> EveryGap()
    {
        foreach (var (gap, act) in GapHits.All)
        {
            var side = gap == Gap.WhileDeferred ? Side.Right : Side.Left;
            var disturbance = new Disturbance(gap, act);
            var confirm = new Call(Operation.Confirm, Who.User2, side, WriteFault.None, disturbance);
            var schedule = new Call(Operation.Schedule, Who.User1, side, WriteFault.None, disturbance);
            var buddy = Alone(new(Operation.Confirm, Who.User1, Side.Right));
            var read = Alone(new(Operation.Read, Who.User1, Side.Left));
            yield return new(Scenario.Scheduled, [Alone(confirm), read, buddy, read]);
            yield return new(Scenario.Scheduled with { User1 = true, Time = Time.LongAgo }, [Alone(confirm), read, Alone(confirm with { Disturbance = null }), buddy]);
            yield return new(Scenario.Scheduled.WithoutSession(), [Alone(schedule), Alone(schedule with { Disturbance = null })]);
            yield return new(Scenario.Scheduled, [Alone(confirm with { Operation = Operation.Cancel }), read]);
            yield return new(Scenario.Scheduled, [Alone(confirm with { Operation = Operation.WriteNotes }), read]);
            yield return new(Scenario.Scheduled with { User1 = true, Time = Time.LongAgo }, [Alone(confirm with { Operation = Operation.Expire }), read]);
        }
    }

    private static Group Alone(Call call) => new([call], []);

    private static Task<WingmanCluster> StartAsync(TestDatabase database, FaultPlan plan, string lockTimeout) => WingmanCluster.StartAsync(
        database,
        new()
        {
            Silos = 1,
            Services = services => services.AddFaults(plan),
            Settings =
            {
                [$"{StorageOptions.Section}:{nameof(StorageOptions.LockTimeout)}"] = lockTimeout,
                // Neither cluster is notified of the other's changes: with cached answers they would return an older state.
                [$"{SessionsOptions.Section}:{nameof(SessionsOptions.MaxAge)}"] = "00:00:00",
                [$"{ReputationOptions.Section}:{nameof(ReputationOptions.MaxAge)}"] = "00:00:00",
                [$"{ReputationOptions.Section}:{nameof(ReputationOptions.AnnounceDelay)}"] = "00:10:00",
            },
        });

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
