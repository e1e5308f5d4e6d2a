using Wingman.Chaos.Explanations;
using Wingman.Chaos.Faults;
using Wingman.Chaos.Load;
using Wingman.Chaos.Reporting;

namespace Wingman.SystemTests.Checkers;

/// <summary>A run's verdict: each single problem is enough to fail it.</summary>
public sealed class ReportTests
{
    private static readonly Spread None = new(0, 0, 0);

    private readonly ChaosReport _clean = new()
    {
        Seed = 1,
        Topology = "cohosted",
        Seconds = 60,
        Operations = 6_000,
        RateOutsideFaults = 100,
        Floor = 100,
        SecondsOutsideFaults = 30,
        FiveHundreds = 0,
        Unanswered = 0,
        HistoriesChecked = 100,
        OperationsInHistories = 800,
        SharedSessions = 10,
        Snapshots = 6,
        SessionsAtEnd = 100,
        LogLinesAtEnd = 300,
        Faults = [],
        RecoveryFromStart = new(1, 2, 30),
        RecoveryFromHeal = new(1, 2, 10),
        Unexplained = [],
        Violations = [],
    };

    [Fact]
    public void CleanRun_Passes() => Assert.True(_clean.IsClean);

    [Fact]
    public void Violation_FailsTheRun() => Assert.False((_clean with { Violations = ["I1: lost"] }).IsClean);

    [Fact]
    public void UnexplainedFailure_FailsTheRun() => Assert.False((_clean with { Unexplained = ["503"] }).IsClean);

    [Fact]
    public void FewerAnswersThanTheFloor_FailTheRun() => Assert.False((_clean with { RateOutsideFaults = 99.9 }).IsClean);

    [Fact]
    public void ServiceThatResumesTooLate_FailsTheRun() => Assert.False((_clean with { RecoveryFromHeal = new(1, 2, 10.01) }).IsClean);

    [Fact]
    public void RunThatDoesNotJudgeSpeed_MayBeSlow_AndMustKeepThePromises()
    {
        var slow = _clean with { JudgesSpeed = false, RateOutsideFaults = 1, RecoveryFromHeal = new(1, 2, 100) };

        Assert.True(slow.IsClean);
        Assert.False((slow with { Violations = ["I1: lost"] }).IsClean);
        Assert.False((slow with { Unexplained = ["Lost"] }).IsClean);
    }

    [Fact]
    public void RunThatDoesNotJudgeSpeed_SaysHowOftenATimeWasUp_AndFailsIfThatWasTheUsualAnswer()
    {
        var slow = _clean with { JudgesSpeed = false, OutOfTime = 6_000 };

        Assert.True(slow.IsClean);
        Assert.Contains("6000 answers that a time was up, outside of faults", slow.ToString(), StringComparison.Ordinal);
        Assert.False((slow with { OutOfTime = 6_001 }).IsClean);
    }

    [Fact]
    public void RunThatDoesNotJudgeSpeed_LetsAReputationBeOld_ForLessThanTheLoadLasts()
    {
        var options = Wingman.Chaos.ChaosOptions.Parse(["--minutes", "0.5"]);

        Assert.Equal(TimeSpan.FromSeconds(5), options.ReputationStaleness);
        Assert.InRange((options with { JudgesSpeed = false }).ReputationStaleness, options.ReputationStaleness, options.Duration / 2);
    }

    [Fact]
    public void RunOfTheCommand_JudgesSpeed_AndWaitsNoLongerThanUsual()
    {
        var options = Wingman.Chaos.ChaosOptions.Parse(["--minutes", "60"]);

        Assert.True(options.JudgesSpeed);
        Assert.Equal(TimeSpan.Zero, options.Patience);
    }

    [Fact]
    public void LongRun_ThatExplainsTooFewSessions_Fails()
    {
        var few = new ExplanationResults(Sessions: 199, Unanswered: 0, Repaired: 0, Foreign: 0, Observed: 0, Users: 0, Contradictions: 0);

        Assert.True((_clean with { Explanations = few }).IsClean);
        Assert.True((_clean with { Seconds = 600, Explanations = few with { Sessions = 200 } }).IsClean);
        Assert.False((_clean with { Seconds = 600, Explanations = few }).IsClean);
        Assert.False((_clean with { Seconds = 600 }).IsClean);
    }

    [Fact]
    public void NegativeControl_ThatFindsNoLoss_OrOneTooMany_FailsTheRun()
    {
        Assert.True((_clean with { Control = new(25, 0, 25, 1) }).IsClean);
        Assert.False((_clean with { Control = new(25, 0, 25, 0) }).IsClean);
        Assert.False((_clean with { Control = new(25, 1, 25, 25) }).IsClean);
    }

    [Fact]
    public void Recovery_IsMeasuredToTheLastAnswerThatAFaultDelayed()
    {
        var fault = new FaultRecord(1, "test", startedAt: Seconds(10), TimeSpan.FromSeconds(5));
        fault.Heal();
        var healedAt = fault.HealedAt;

        var recovery = Assert.Single(Recovery.Of([fault], [new Interruption(Seconds(11), healedAt + Seconds(2)), new Interruption(Seconds(12), healedAt + Seconds(3))]));

        Assert.Equal(2, recovery.Interrupted);
        Assert.Equal(3, recovery.FromHeal.TotalSeconds, precision: 3);
        // An interruption that was over before the fault is not assigned to it.
        Assert.Equal(None, Spread.Of(Recovery.Of([fault], [new Interruption(Seconds(1), Seconds(9))]).Select(static one => one.FromHeal)));
    }

    private static long Seconds(double seconds) => Wingman.Chaos.RunClock.Ticks(TimeSpan.FromSeconds(seconds));
}
