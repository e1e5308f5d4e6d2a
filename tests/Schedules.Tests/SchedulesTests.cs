using System.Diagnostics;
using Wingman.Schedules.Exploring;
using Wingman.Schedules.Scenarios;
using Xunit.Abstractions;

namespace Wingman.Schedules;

/// <summary>The queue, the lanes and the grains' write path under many schedules.</summary>
public sealed class SchedulesTests(ITestOutputHelper output)
{
    [Fact]
    public void NoScheduleViolatesAnything()
    {
        var seed = Setting("WINGMAN_SCHEDULES_SEED", 1);
        var count = Setting("WINGMAN_SCHEDULES_COUNT", 2_000);
        var exploration = new Exploration(new Catalogue());
        var begun = Stopwatch.GetTimestamp();

        var finding = exploration.Run(seed, count);

        output.WriteLine($"{exploration.Schedules} schedules ({exploration.DifferentSchedules} different ones) from seed {seed}, {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s.");
        if (finding is not null) Assert.Fail(finding.ToString());
        Assert.Equal(count, exploration.Schedules);
    }

    [Fact]
    public void NoScheduleAtAll_OfTheQueueAlone_ViolatesAnything() =>
        Assert.True(RunAll(interruptions: 1, static explorer => new QueueScenario(explorer)) > 1_000);

    /// <summary>The watchdog looks at the first request; before it takes it, a lane does, and the watchdog takes the second, whose time is not up.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void NoScheduleAtAll_OfTheQueueWithARequestThatIsOverdue_ForgetsTheOneBehindIt(int interruptions, bool isFilled) =>
        Assert.True(RunAll(interruptions, explorer => new OverdueScenario(explorer, isFilled)) > 10);

    [Fact]
    public void SameSeed_RunsTheSameSchedule()
    {
        var catalogue = new Catalogue();
        for (var seed = 0; seed < 2 * catalogue.Names.Count; seed++) Assert.Equal(Fingerprint(seed), Fingerprint(seed));

        ulong Fingerprint(int seed)
        {
            using var explorer = new Explorer();
            new Exploration(catalogue).Play(explorer, seed, false);
            return explorer.Fingerprint;
        }
    }

    /// <summary>Runs all schedules of a small scenario.</summary>
    /// <returns>How many there are.</returns>
    private int RunAll(int interruptions, Func<Explorer, IScenario> create)
    {
        var strategy = new Exhaustive(interruptions);
        using var explorer = new Explorer();
        var schedules = 0;
        do
        {
            var scenario = create(explorer);
            if (explorer.Run(strategy, scenario.PlayAsync) is null) scenario.Check();
            Assert.True(explorer.Violation is null, explorer.Violation + scenario.Unanswered);
            schedules++;
        }
        while (strategy.MoveNext());

        output.WriteLine($"All {schedules} schedules.");
        return schedules;
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? int.Parse(value, System.Globalization.CultureInfo.InvariantCulture) : otherwise;
}
