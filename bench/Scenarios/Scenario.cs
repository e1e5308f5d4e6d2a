using Wingman.Bench.Calls;
using Wingman.Bench.Database;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Scenarios;

/// <summary>One question, measured on several systems: each launch gets a fresh process and a fresh copy of the data.</summary>
internal abstract class Scenario
{
    /// <summary>
    /// For scenarios that measure one kind of work only. Some seconds after a user's reputation was read, the service announces it if
    /// it was never announced, one user at a time. With this setting it does so only after the run.
    /// </summary>
    protected static readonly IReadOnlyDictionary<string, string> WithoutAnnouncements =
        new Dictionary<string, string> { ["Wingman__Reputation__AnnounceDelay"] = "00:10:00" };

    public abstract string Name { get; }

    /// <summary>What it measures.</summary>
    public abstract string Question { get; }

    public abstract IReadOnlyList<SystemUnderTest> Systems { get; }

    /// <summary>The tables that it uses.</summary>
    public virtual Tables Tables => Tables.Fresh;

    /// <summary>Scenarios whose results this one needs.</summary>
    public virtual IReadOnlyList<string> Needs => [];

    /// <summary>At most how many database connections a system may open.</summary>
    public virtual int PoolSize => 64;

    /// <summary>The round trip to the database; zero for the unix socket.</summary>
    public virtual TimeSpan DatabaseRoundTrip => TimeSpan.Zero;

    /// <summary>Whether callers show signed tokens instead of the test header.</summary>
    public virtual bool UsesTokens => false;

    /// <summary>Further environment variables of the systems' processes.</summary>
    public virtual IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>();

    public abstract DatabaseShape Shape(BenchScale scale);

    public abstract Task RunAsync(ScenarioRun run, CancellationToken cancellation);

    /// <summary>The data of most scenarios: enough sessions for a warm-up and some phases, with each user in ten of them.</summary>
    protected static DatabaseShape StandardShape(BenchScale scale, int phases)
    {
        var sessions = scale.WarmUpSessions + (phases * scale.Phase);
        return new DatabaseShape($"standard_{phases}", sessions, scale.WarmUpSessions + scale.Phase, sessions / 10);
    }

    /// <summary>Warms up, and then measures first and completing confirmations of new sessions, each after a checkpoint.</summary>
    /// <returns>The completed sessions.</returns>
    protected static async Task<int[]> ConfirmTwiceAsync(ScenarioRun run, CancellationToken cancellation)
    {
        await WarmUp.RunAsync(run, cancellation);
        var sessions = run.TakeSessions(run.Scale.Phase);
        await run.CheckpointAsync(cancellation);
        sessions = await run.ConfirmAsync("first-cold", sessions, Confirmer.First, ConfirmAnswer.Waiting, 64, cancellation);
        await run.CheckpointAsync(cancellation);
        return await run.ConfirmAsync(ConfirmScenario.Completing, sessions, Confirmer.Second, ConfirmAnswer.Completed, 64, cancellation);
    }
}
