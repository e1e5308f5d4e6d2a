using System.Collections.Concurrent;

namespace Wingman.Testing.Checking;

/// <summary>Something that must never happen and has happened.</summary>
/// <param name="Rule">The broken promise, I1 to I6, or the check's name.</param>
/// <param name="What">What was observed, with ids.</param>
internal sealed record Violation(string Rule, string What)
{
    public override string ToString() => $"{Rule}: {What}";
}

/// <summary>All violations of a run, from all its checkers.</summary>
internal sealed class Violations(Action<Violation> announce)
{
    private readonly ConcurrentDictionary<Violation, bool> _all = [];

    public IReadOnlyCollection<Violation> All => [.. _all.Keys];

    public int Count => _all.Count;

    public void Add(Violation violation)
    {
        if (_all.TryAdd(violation, true)) announce(violation);
    }

    public void AddRange(IEnumerable<Violation> violations)
    {
        foreach (var violation in violations) Add(violation);
    }
}
