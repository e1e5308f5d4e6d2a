using CsCheck;
using Orleans.Storage;
using Wingman.Matches;

namespace Wingman.Storage.Tests.Conformance;

/// <summary>What a grain storage does, as a dictionary would: the oracle for random operations of several activations.</summary>
internal static class GrainStorageModel
{
    private const int Grains = 2;
    private const int Activations = 2;

    private enum Verb
    {
        Read,
        Write,
        Clear,
    }

    private static readonly Gen<(Verb Verb, int Grain, int Activation, string Text)[]> Operations =
        Gen.Select(
            Gen.Frequency((2, Gen.Const(Verb.Read)), (4, Gen.Const(Verb.Write)), (1, Gen.Const(Verb.Clear))),
            Gen.Int[0, Grains - 1],
            Gen.Int[0, Activations - 1],
            Gen.String[Gen.Char.AlphaNumeric, 0, 12]).Array[1, 24];

    /// <summary>Runs sequences until one differs; its exception has the seed that repeats it.</summary>
    public static Task CheckAsync(params IGrainStorage[] storages) => Operations.SampleAsync(
        async operations =>
        {
            var truth = new (int? Version, string? Text)[Grains];
            var known = new (int? Version, string? Text)[Grains, Activations];
            var cells = new Cell<MatchState>[Grains, Activations];
            for (var grain = 0; grain < Grains; grain++)
            {
                var id = TextCell.NewGrain();
                for (var activation = 0; activation < Activations; activation++)
                    cells[grain, activation] = TextCell.Of(storages[activation % storages.Length], id);
            }

            foreach (var (verb, grain, activation, text) in operations)
            {
                var cell = cells[grain, activation];
                ref var actual = ref truth[grain];
                ref var seen = ref known[grain, activation];
                var conflicts = Apply(verb, text, ref actual, ref seen);
                var expected = seen;

                Task Act() => verb switch
                {
                    Verb.Read => cell.ReadAsync(),
                    Verb.Write => cell.WriteAsync(text),
                    _ => cell.ClearAsync(),
                };
                if (conflicts) await Assert.ThrowsAsync<InconsistentStateException>(Act);
                else await Act();

                Assert.Equal(
                    (expected.Version?.ToString(), expected.Text, expected.Text is not null),
                    (cell.ETag, cell.Text(), cell.Exists));
            }
        },
        iter: 60,
        threads: 4);

    /// <returns>Whether the operation is a conflict.</returns>
    private static bool Apply(Verb verb, string text, ref (int? Version, string? Text) actual, ref (int? Version, string? Text) seen)
    {
        if (verb == Verb.Clear && seen.Version is null)
        {
            seen = actual;
            if (seen.Text is null) return false;
        }

        if (verb == Verb.Read) seen = actual;
        else if (seen.Version != actual.Version) return true;
        else seen = actual = ((actual.Version ?? 0) + 1, verb == Verb.Write ? text : null);
        return false;
    }
}
