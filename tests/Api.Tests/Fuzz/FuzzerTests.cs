using Wingman.Api.Tests.Host;
using Wingman.Testing;

namespace Wingman.Api.Tests.Fuzz;

/// <summary>What a run finds beside wrong answers: slow ones, and memory that grows.</summary>
public sealed class FuzzerTests : StubbedApi
{
    private const int Count = 500_000;
    private const int Step = 100_000;
    private const long Megabyte = 1024 * 1024;

    [Theory]
    [InlineData(0, true)]
    [InlineData(int.MaxValue, false)]
    public async Task Run_WhenAnAnswerIsSlowAndSoIsItsRepetition_SaysSo(int slowMilliseconds, bool isFound)
    {
        // The stubbed API does not know the secret, so that it refuses the request.
        using var tokens = TestTokens.WithSharedSecret("another secret of more than thirty-two bytes");
        var request = new Request(Operation.All[0], CallerKind.User1, 0, new NumberedPair(0), new NumberedPair(0), []);
        var fuzzer = new Fuzzer(Api.Address, new Callers(tokens), new AnswerRules(areLimited: false)) { Slow = TimeSpan.FromMilliseconds(slowMilliseconds) };

        var failures = await fuzzer.RunAsync(1, _ => request, mustBeRefused: false);

        Assert.Equal(isFound ? 1 : 0, failures.Count);
        Assert.All(failures, static failure => Assert.Contains("sent again alone", failure, StringComparison.Ordinal));
        Assert.Contains("p99", fuzzer.Describe(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500_000, 100_000, true)]
    [InlineData(500_000, 100_001, false)]
    [InlineData(100_000, 20_000, true)]
    [InlineData(10_000, 2_000, false)]
    public void IsDueAfter_OfALongRun_IsTrueAtEachStep(int count, int requests, bool isDue) =>
        Assert.Equal(isDue, new MemorySamples(count).IsDueAfter(requests));

    [Theory]
    [InlineData(new long[] { 200, 300, 250, 320, 360 }, false)]
    [InlineData(new long[] { 200, 300, 400, 500, 600 }, true)]
    [InlineData(new long[] { 200 }, false)]
    public void FindProblem_WhenTheMemoryGrows_SaysSo(long[] megabytes, bool isFound)
    {
        var samples = new MemorySamples(Count);
        for (var i = megabytes.Length - 1; i >= 0; i--) samples.Add((i + 1) * Step, megabytes[i] * Megabyte);

        Assert.Equal(isFound, samples.FindProblem() is not null);
    }
}
