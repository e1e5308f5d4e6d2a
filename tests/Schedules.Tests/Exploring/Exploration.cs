namespace Wingman.Schedules.Exploring;

/// <summary>A schedule that violated something.</summary>
/// <param name="Seed">The seed that runs it again.</param>
/// <param name="Scenario">The name of its scenario.</param>
/// <param name="Violation">What was violated.</param>
/// <param name="Notes">What happened.</param>
internal sealed record Finding(int Seed, string Scenario, string Violation, IReadOnlyList<string> Notes)
{
    public override string ToString() => $"""
        Seed {Seed}, {Scenario}: {Violation}
        Again: ./wingman schedules --seed {Seed} --count 1
          {string.Join("\n  ", Notes)}
        """;
}

/// <summary>Runs schedules with one seed after the other. A seed decides the scenario, the strategy and every choice.</summary>
internal sealed class Exploration(ICatalogue catalogue)
{
    /// <summary>How many schedules have been run.</summary>
    public int Schedules { get; private set; }

    /// <summary>How many of them differ from all others of their scenario.</summary>
    public int DifferentSchedules => _fingerprints.Count;

    private readonly HashSet<(int, ulong)> _fingerprints = [];

    /// <summary>Runs schedules until one violates something.</summary>
    /// <param name="seed">The first seed.</param>
    /// <param name="count">How many.</param>
    public Finding? Run(int seed, int count)
    {
        using var explorer = new Explorer();
        for (var number = 0; number < count; number++)
        {
            var current = unchecked(seed + number) & int.MaxValue;
            var index = IndexOf(current);
            Schedules++;
            var violation = Play(explorer, current, false);
            _fingerprints.Add((index, explorer.Fingerprint));
            if (violation is null) continue;

            // Once more with notes. It must be the same schedule.
            var fingerprint = explorer.Fingerprint;
            using var second = new Explorer();
            var again = Play(second, current, true);
            var notes = second.Notes.ToList();
            if (again != violation || second.Fingerprint != fingerprint) notes.Add($"The same seed did not run the same schedule: {again}");
            return new(current, catalogue.Names[index], violation, notes);
        }

        return null;
    }

    /// <summary>Runs one schedule.</summary>
    public string? Play(Explorer explorer, int seed, bool isTraced)
    {
        var index = IndexOf(seed);
        var mixed = unchecked((int)((uint)seed * 2654435761));
        var scenario = catalogue.Create(explorer, index);
        var violation = explorer.Run((seed / catalogue.Names.Count) % 2 == 0 ? new RandomWalk(mixed) : new Priorities(mixed), scenario.PlayAsync, isTraced);
        if (violation is not null) return violation + scenario.Unanswered;

        scenario.Check();
        return explorer.Violation;
    }

    private int IndexOf(int seed) => seed % catalogue.Names.Count;
}
