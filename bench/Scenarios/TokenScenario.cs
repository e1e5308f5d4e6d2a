using Wingman.Bench.Calls;
using Wingman.Bench.Database;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Scenarios;

/// <summary>
/// The cost of signed tokens compared with the test header: both in one process, in turns, so that nothing else differs. Clients
/// keep a token for about an hour, so each user here makes some twenty calls with one. The other form is the worst case: every
/// call checks a signature, as if each token were new.
/// </summary>
/// <param name="areNew">Whether every token is treated as a new one.</param>
internal sealed class TokenScenario(bool areNew) : Scenario
{
    public const string Kept = "tokens";
    public const string New = "tokens-new";
    public const string WithHeaders = ConfirmScenario.Completing + "-headers";

    private const int Turns = 4;
    private const int SessionsPerUser = 100;

    public override string Name => areNew ? New : Kept;

    public override string Question => areNew
        ? "signed ES256 tokens instead of the test header, each of them new: what a signature costs"
        : "signed ES256 tokens instead of the test header, each kept for many calls: what authentication costs";

    public override IReadOnlyList<SystemUnderTest> Systems => [AllSystems.Wingman, AllSystems.Peer];

    public override bool UsesTokens => true;

    public override IReadOnlyDictionary<string, string> Environment { get; } =
        new Dictionary<string, string> { ["Authentication__RememberedTokens"] = areNew ? "0" : "50000" };

    public override DatabaseShape Shape(BenchScale scale)
    {
        var standard = StandardShape(scale, phases: 2);
        return areNew ? standard : standard with { Name = Kept, Users = standard.Sessions / SessionsPerUser };
    }

    public override async Task RunAsync(ScenarioRun run, CancellationToken cancellation)
    {
        await WarmUp.RunAsync(run, cancellation);
        var sessions = await run.ConfirmAsync(run.TakeSessions(2 * run.Scale.Phase), Confirmer.First, ConfirmAnswer.Waiting, cancellation);
        await run.CheckpointAsync(cancellation);
        List<double> tokens = [];
        List<double> headers = [];
        foreach (var turn in sessions.Chunk((sessions.Length + (2 * Turns) - 1) / (2 * Turns)).Select(static (part, index) => (part, index)))
        {
            // A B B A A B B A, so that neither is always the later one.
            if (turn.index % 4 is 0 or 3) tokens.Add(await CompleteAsync(turn.part));
            else await run.WithTestHeadersAsync(async () => headers.Add(await CompleteAsync(turn.part)));
        }

        run.Record(ConfirmScenario.Completing, tokens.Average(), Report.Measurement.PerSecond);
        run.Record(WithHeaders, headers.Average(), Report.Measurement.PerSecond);

        async Task<double> CompleteAsync(int[] part)
        {
            var begun = TimeProvider.System.GetTimestamp();
            var completed = await run.ConfirmAsync(part, Confirmer.Second, ConfirmAnswer.Completed, cancellation);
            return completed.Length / TimeProvider.System.GetElapsedTime(begun).TotalSeconds;
        }
    }
}
