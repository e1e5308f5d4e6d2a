namespace Wingman.Bench.Scenarios;

/// <summary>The amounts of data and work. Every system gets the same work; the limits bound the time that slow systems take.</summary>
internal sealed record BenchScale
{
    /// <summary>The least time of a new process' warm-up before a measurement: with a cold JIT an actor service is half as fast.</summary>
    public required TimeSpan WarmUp { get; init; }

    /// <summary>At most how many sessions the warm-up uses up.</summary>
    public required int WarmUpSessions { get; init; }

    /// <summary>Sessions per measured phase.</summary>
    public required int Phase { get; init; }

    /// <summary>No call of a phase starts after this long.</summary>
    public required TimeSpan PhaseLimit { get; init; }

    public required TimeSpan OpenLoop { get; init; }

    /// <summary>The sessions of the large database.</summary>
    public required int ManySessions { get; init; }

    /// <summary>Sessions that are activated to measure the memory of one.</summary>
    public required int ActiveSessions { get; init; }

    /// <summary>Users whose reputations are read for the first time; half of them before anything is measured.</summary>
    public required int ReputationUsers { get; init; }

    public required IReadOnlyList<int> Connections { get; init; }

    public static BenchScale Full { get; } = new()
    {
        WarmUp = TimeSpan.FromSeconds(8),
        WarmUpSessions = 80_000,
        Phase = 40_000,
        PhaseLimit = TimeSpan.FromSeconds(10),
        OpenLoop = TimeSpan.FromSeconds(10),
        ManySessions = 1_000_000,
        ActiveSessions = 100_000,
        ReputationUsers = 20_000,
        Connections = [1, 4, 16, 64, 256, 1024],
    };

    public static BenchScale Quick { get; } = new()
    {
        WarmUp = TimeSpan.FromSeconds(4),
        WarmUpSessions = 50_000,
        Phase = 15_000,
        PhaseLimit = TimeSpan.FromSeconds(3),
        OpenLoop = TimeSpan.FromSeconds(3),
        ManySessions = 300_000,
        ActiveSessions = 50_000,
        ReputationUsers = 6_000,
        Connections = [1, 16, 64, 256],
    };
}
