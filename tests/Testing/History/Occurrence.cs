using Wingman.Testing.Models;

namespace Wingman.Testing.History;

/// <summary>Something that happened at one moment, and the answer to it.</summary>
/// <param name="Name">What it was.</param>
/// <param name="Answer">The answer to its caller; null if there was none: then it may or may not have happened.</param>
/// <param name="Step">What it does to the model.</param>
/// <param name="After">What the same caller had done before it.</param>
internal sealed record Occurrence(
    string Name, string? Answer, Func<DatabaseState, (DatabaseState Next, string Answer)> Step, Occurrence? After = null)
{
    public override string ToString() => $"{Name} -> {Answer ?? "(unknown)"}";
}

/// <summary>Explains what was observed as a sequence of single steps.</summary>
internal static class Explanation
{
    /// <summary>Tries every order of a group of occurrences that overlapped.</summary>
    /// <param name="states">The states that the database may be in before.</param>
    /// <param name="group">What happened.</param>
    /// <returns>The states that it may be in afterwards; none if no order explains the answers.</returns>
    public static HashSet<DatabaseState> Explain(IReadOnlyCollection<DatabaseState> states, IReadOnlyList<Occurrence> group)
    {
        HashSet<DatabaseState> ends = [];
        HashSet<(DatabaseState, int)> seen = [];
        foreach (var state in states) Search(state, 0);
        return ends;

        void Search(DatabaseState state, int done)
        {
            if (!seen.Add((state, done))) return;
            if (done == (1 << group.Count) - 1)
            {
                ends.Add(state);
                return;
            }

            for (var i = 0; i < group.Count; i++)
            {
                var occurrence = group[i];
                if ((done & (1 << i)) != 0 || (occurrence.After is { } before && (done & (1 << IndexOf(before))) == 0)) continue;

                var (next, answer) = occurrence.Step(state);
                if (occurrence.Answer is null)
                {
                    Search(next, done | (1 << i));
                    Search(state, done | (1 << i));
                }
                else if (Explains(answer, occurrence.Answer))
                {
                    Search(next, done | (1 << i));
                }
            }
        }

        int IndexOf(Occurrence occurrence)
        {
            for (var i = 0; i < group.Count; i++)
            {
                if (ReferenceEquals(group[i], occurrence)) return i;
            }

            throw new InvalidOperationException($"{occurrence} is not in the group.");
        }
    }

    // If a write finds that the row was cancelled meanwhile, the answer may be that it is cancelled or that it was cancelled
    // already: a cancelled row does not show who cancelled it. A completed row does, by its time.
    private static bool Explains(string expected, string received) => (expected, received) switch
    {
        (OurModel.AlreadyCancelled, "Cancelled") or (OurModel.AlreadyNoShow, "NoShow") => true,
        (OurModel.AlreadyCancelled or OurModel.AlreadyNoShow, "AlreadyOver") => true,
        _ => expected == received,
    };
}
