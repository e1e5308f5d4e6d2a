using CsCheck;

namespace Wingman.Api.Tests.Fuzz;

/// <summary>Reduces a request that is answered wrongly to a smaller one that is, too. The same request is reduced in the same way each time.</summary>
/// <param name="callers">The callers.</param>
/// <param name="problemOf">Sends a request, and says what is wrong with its answer; null if nothing is.</param>
internal sealed class Reducer(Callers callers, Func<Request, Task<string?>> problemOf)
{
    // For each mutation that is left. A sample that is not smaller is not sent.
    private const int Samples = 200;

    /// <summary>
    /// Removes each mutation without which the answer is still wrong, and takes smaller ones of the same kind for the others. CsCheck's own
    /// search would try whole requests, few of which fail, and takes one of an earlier operation or caller for a smaller one, whatever its
    /// length. So its generators are only asked for mutations here.
    /// </summary>
    public async Task<(Request Request, string Problem)> ReduceAsync(Request request, string problem, bool mustBeRefused)
    {
        // The last mutation is the reason why a request of these callers must be refused.
        var kept = mustBeRefused && (request.Caller is CallerKind.User1 or CallerKind.User2 or CallerKind.Service) ? 1 : 0;
        for (var place = 0; place < request.Mutations.Count - kept;)
        {
            var without = request with { Mutations = [.. request.Mutations.Where((_, index) => index != place)] };
            if (await problemOf(without) is { } still)
                (request, problem, place) = (without, still, 0);
            else
                place++;
        }

        for (var place = 0; place < request.Mutations.Count; place++)
        {
            if (request.Mutations[place].Kind is not { } kind) continue;
            var random = new PCG((uint)place, 1);
            for (var sample = 0; sample < Samples; sample++)
            {
                var other = kind.Generate(random, null, out _);
                var smaller = request with { Mutations = [.. request.Mutations.Select((mutation, index) => index == place ? other : mutation)] };
                if (LengthOf(smaller) < LengthOf(request) && await problemOf(smaller) is { } still) (request, problem) = (smaller, still);
            }
        }

        return (request, problem);
    }

    private int LengthOf(Request request) => request.ToDraft(callers).ToBytes().Length;
}
