using System.Diagnostics;
using Wingman.Schedules.Exploring;
using Xunit.Abstractions;

namespace Wingman.Schedules;

/// <summary>Each planted bug is found by the scenarios, which find nothing in the storage without it.</summary>
public sealed class PlantedBugTests(ITestOutputHelper output)
{
    private const int Seed = 1;

    /// <summary>Several times as many as the bug that is found last needs.</summary>
    private const int MostSchedules = 20_000;

    [Theory]
    [InlineData("LostWakeUp", "has not ended|waited in vain")]
    [InlineData("AnsweredBeforeCommit", "answered before its commit")]
    [InlineData("RowTakenTwice", "has a row twice")]
    [InlineData("ForgottenAtStop", "nobody has answered")]
    [InlineData("DeferredAtStop", "nobody has answered")]
    [InlineData("OverloadAfterUnknown", "certainly not stored")]
    [InlineData("UnknownTakenForConflict", "certainly not stored|answered before its commit")]
    public void PlantedBug_IsFound(string bug, string violation)
    {
        var catalogue = (ICatalogue)Activator.CreateInstance(Type.GetType($"Wingman.Schedules.Planted.{bug}.Scenarios.Catalogue", throwOnError: true)!)!;
        var exploration = new Exploration(catalogue);
        var begun = Stopwatch.GetTimestamp();

        var finding = exploration.Run(Seed, MostSchedules);

        output.WriteLine($"{bug}: {exploration.Schedules} schedules, {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s. {finding}");
        Assert.NotNull(finding);
        Assert.Matches(violation, finding.Violation);
    }
}
