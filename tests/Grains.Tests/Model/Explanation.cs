namespace Wingman.Grains.Tests.Model;

/// <summary>A call and what came back; null if it failed: then it happened or did not.</summary>
internal sealed record Observed(Call Call, string? Answer)
{
    public override string ToString() => $"{Call} -> {Answer ?? "failed"}";
}

/// <summary>Explains what was observed by the model.</summary>
internal static class Explanation
{
    /// <summary>Lets a group of calls that ran at once happen one after the other, in every order.</summary>
    /// <param name="states">The states that the session may be in before.</param>
    /// <param name="group">What was observed.</param>
    /// <param name="script">What the session's row was inserted as, and whether it is due.</param>
    /// <returns>The states that the session may be in afterwards; none if no order explains the answers.</returns>
    public static HashSet<ModelState> Explain(IReadOnlySet<ModelState> states, IReadOnlyList<Observed> group, SessionScript script)
    {
        HashSet<ModelState> finals = [];
        foreach (var state in states) Search(state, group, 0, script, finals);
        return finals;
    }

    private static void Search(ModelState state, IReadOnlyList<Observed> group, int done, SessionScript script, HashSet<ModelState> finals)
    {
        if (done == (1 << group.Count) - 1)
        {
            finals.Add(state);
            return;
        }

        for (var i = 0; i < group.Count; i++)
        {
            if ((done & (1 << i)) != 0) continue;
            var (call, observed) = group[i];
            var (next, answer) = SessionModel.Step(state, call.Action, call.Who, script.Created, script.IsDue);
            if (observed is null)
            {
                Search(next, group, done | (1 << i), script, finals);
                Search(state, group, done | (1 << i), script, finals);
            }
            else if (observed == answer)
            {
                Search(next, group, done | (1 << i), script, finals);
            }
        }
    }
}
