namespace Wingman.Bench.Systems;

/// <summary>What a run's database must hold afterwards.</summary>
internal enum Durability
{
    /// <summary>Session rows, match counters, and a line of the log per confirmation.</summary>
    Log,

    /// <summary>Session rows, match counters, and a counter per user; no log.</summary>
    Counters,

    /// <summary>Only the grains' states, each at the version that its acknowledged writes make.</summary>
    GrainState,

    /// <summary>Nothing: its speed is an upper bound, which no system that stores anything can reach.</summary>
    None,
}

/// <summary>One of the ways to offer the same endpoints.</summary>
/// <param name="Name">As the command line and the tables call it.</param>
/// <param name="Title">What it is.</param>
/// <param name="Durability">What it keeps.</param>
/// <param name="Hosts">The processes it consists of; the last one serves the API.</param>
internal sealed record SystemUnderTest(
    string Name, string Title, Durability Durability, Func<LaunchSettings, IReadOnlyList<HostSpec>> Hosts)
{
    public override string ToString() => Name;
}

/// <summary>What the processes of one launch share.</summary>
/// <param name="ConnectionString">The run's database.</param>
/// <param name="KeySet">Where the keys of tokens are published; null where callers show no tokens.</param>
/// <param name="Issuer">Who issues the tokens.</param>
/// <param name="Collector">Where traces and metrics may be sent.</param>
/// <param name="Environment">Further environment variables.</param>
internal sealed record LaunchSettings(
    string ConnectionString, Uri? KeySet, string? Issuer, Uri? Collector, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>For finding out which processes a system consists of.</summary>
    public static LaunchSettings None { get; } = new("", null, null, null, new Dictionary<string, string>());
}

/// <summary>One process.</summary>
/// <param name="Project">The project that builds it, from the repository's root.</param>
/// <param name="Assembly">Its file name without extension.</param>
/// <param name="Environment">Its configuration; ports are chosen at the start.</param>
internal sealed record HostSpec(string Project, string Assembly, IReadOnlyDictionary<string, string> Environment);
