using CsCheck;
using Wingman.Grains.Tests.Cluster;
using Wingman.Grains.Tests.Faults;
using Wingman.Grains.Tests.Invariants;
using Wingman.Reputation;
using Wingman.Sessions;
using Wingman.Testing;
using Xunit.Abstractions;

namespace Wingman.Grains.Tests.Model;

/// <summary>
/// Thousands of random lives of sessions: creations, confirmations, repeats, cancellations, expiries, ends of activations,
/// failed writes and lost answers, alone and at once, through two activations of each grain that know nothing of each other
/// (two clusters with one service id on one database). A failure prints the seed that repeats it.
/// </summary>
public sealed class ModelTests(ITestOutputHelper output)
{
    private const int Lives = 2_000;

    [Fact]
    public async Task Session_WhateverHappens_IsAsTheModelSays()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        var plan = new FaultPlan();
        await using var left = await WingmanCluster.StartAsync(database, Options(plan));
        await using var right = await WingmanCluster.StartAsync(database, Options(plan));
        var runner = new ScriptRunner(left, right, plan);

        await SessionScript.Any.SampleAsync(runner.RunAsync, output.WriteLine, iter: Lives, threads: 32);

        await CommitInvariants.AssertAsync(left.Database);
        Assert.True(await left.Product.CountAsync("select count(*) from public.wingman_matches") >= Lives);
    }

    /// <summary>The model bites: answers that no order of the calls could give are not explained.</summary>
    [Fact]
    public void Explain_WhenAnAnswerIsWrong_FindsNoOrder()
    {
        var script = new SessionScript(new(true, SessionStatus.Scheduled, false, false), false, []);
        HashSet<ModelState> scheduled = [script.Created];
        var first = new Call(SessionAction.Confirm, Who.User1, Side.Left, Crash.None);
        var second = first with { Who = Who.User2, Side = Side.Right };
        var waiting = nameof(ConfirmOutcome.WaitingForBuddy);
        var completed = nameof(ConfirmOutcome.Completed);

        Assert.NotEmpty(Explanation.Explain(scheduled, [new(first, completed), new(second, waiting)], script));
        Assert.Empty(Explanation.Explain(scheduled, [new(first, waiting), new(second, waiting)], script));
        Assert.Empty(Explanation.Explain(scheduled, [new(first, completed), new(second, completed)], script));
        Assert.Empty(Explanation.Explain(scheduled, [new(first, completed)], script));

        // A call that failed happened or did not; an acknowledged one did.
        Assert.Equal(2, Explanation.Explain(scheduled, [new(first, null)], script).Count);
        var confirmed = Explanation.Explain(scheduled, [new(first, waiting)], script);
        Assert.Empty(Explanation.Explain(confirmed, [new(new(SessionAction.Read, Who.User1, Side.Left, Crash.None), Answers.Read(SessionStatus.Scheduled, false, false))], script));
        var over = Explanation.Explain(confirmed, [new(second, completed)], script);
        Assert.Empty(Explanation.Explain(over, [new(first with { Action = SessionAction.Cancel }, nameof(CancelOutcome.Cancelled))], script));
    }

    private static WingmanClusterOptions Options(FaultPlan plan) => new()
    {
        Silos = 1,
        Services = services => services.AddFaults(plan),
        // Each cluster's reputations are told by its own sessions only: they have to look.
        Settings = { [$"{ReputationOptions.Section}:{nameof(ReputationOptions.MaxAge)}"] = "00:00:00" },
    };
}
