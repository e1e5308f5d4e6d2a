using Wingman.Testing;

namespace Wingman.Api.Tests.Fuzz;

/// <summary>Generated requests that break invented rules are reduced to what breaks them.</summary>
public sealed class ReducerTests : IDisposable
{
    private const int Longest = 2000;

    private readonly TestTokens _tokens = TestTokens.WithSharedSecret("a shared secret of more than thirty-two bytes");
    private readonly Callers _callers;
    private readonly Requests _requests;

    public ReducerTests()
    {
        _callers = new(_tokens);
        _requests = new(seed: 1, pairs: 5, _callers.ForgedForms);
    }

    public void Dispose() => _tokens.Dispose();

    [Fact]
    public async Task Reduce_WhenOnePartIsToBlame_LeavesThatPart_AndMakesItSmaller()
    {
        var request = Find(_requests.Any, one => one.Mutations.Count == 3 && DraftOf(one).HeaderLines.Exists(static line => line.Length > 30_000));

        var (reduced, problem) = await ReduceAsync(request, HasLongLine);

        Assert.Equal("broken", problem);
        Assert.True(HasLongLine(DraftOf(reduced)), "The reduced request does not break the rule.");
        Assert.Equal("a long header", Assert.Single(reduced.Mutations).Name);
        Assert.InRange(LengthOf(reduced), Longest, LengthOf(request) / 4);
    }

    [Fact]
    public async Task Reduce_WhenTwoPartsAreToBlame_LeavesBoth()
    {
        var request = Find(_requests.Any, one => one.Mutations.Count == 3 && HasLongLineAndQuery(DraftOf(one)));

        var (reduced, _) = await ReduceAsync(request, HasLongLineAndQuery);

        Assert.Equal(2, reduced.Mutations.Count);
        Assert.True(HasLongLineAndQuery(DraftOf(reduced)), "The reduced request does not break the rule.");
    }

    [Theory]
    [InlineData(CallerKind.User1, 1)]
    [InlineData(CallerKind.Stranger, 0)]
    public async Task Reduce_WhenItMustBeRefused_LeavesTheReason(CallerKind caller, int left)
    {
        var request = Find(_requests.Refused, one => one.Caller == caller && one.Mutations.Count > 1);

        var (reduced, _) = await ReduceAsync(request, static _ => true, mustBeRefused: true);

        Assert.Equal(left, reduced.Mutations.Count);
        Assert.All(reduced.Mutations, one => Assert.Equal(request.Mutations[^1].Stage, one.Stage));
    }

    private static bool HasLongLine(Draft draft) => draft.HeaderLines.Exists(static line => line.Length > Longest);

    private static bool HasLongLineAndQuery(Draft draft) => HasLongLine(draft) && draft.Query.Length > 0;

    private static Request Find(Func<int, Request> generate, Func<Request, bool> isSought) => Enumerable.Range(0, 100_000).Select(generate).First(isSought);

    private Task<(Request Request, string Problem)> ReduceAsync(Request request, Func<Draft, bool> isBroken, bool mustBeRefused = false)
    {
        var reducer = new Reducer(_callers, one => Task.FromResult(isBroken(DraftOf(one)) ? "broken" : null));
        return reducer.ReduceAsync(request, "broken", mustBeRefused);
    }

    private Draft DraftOf(Request request) => request.ToDraft(_callers);

    private int LengthOf(Request request) => DraftOf(request).ToBytes().Length;
}
