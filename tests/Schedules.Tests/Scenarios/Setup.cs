using Wingman.Schedules.Database;

namespace Wingman.Schedules.Scenarios;

/// <summary>A scenario: how many writers do what, and which faults occur. The schedule decides when.</summary>
/// <param name="Name">What it is about.</param>
internal sealed record Setup(string Name)
{
    /// <summary>How many lanes write.</summary>
    public int Lanes { get; init; } = 2;

    /// <summary>The number of waiting writes from which on a further lane is used.</summary>
    public int NextLaneAt { get; init; } = 2;

    /// <summary>The largest batch.</summary>
    public int MaxBatch { get; init; } = 3;

    /// <summary>How many requests may wait.</summary>
    public int QueueLimit { get; init; } = 50;

    /// <summary>How many rows there are.</summary>
    public int Rows { get; init; } = 2;

    /// <summary>How many write at the same time. They share the rows evenly: with more of them than rows there are conflicts.</summary>
    public int Writers { get; init; } = 3;

    /// <summary>How many writes each of them makes, one after the other.</summary>
    public int WritesEach { get; init; } = 2;

    /// <summary>How many of the writers write a value that the database refuses.</summary>
    public int Refused { get; init; }

    /// <summary>How often another program locks a row for a while.</summary>
    public int Holds { get; init; }

    /// <summary>How long a lock is held, at the most.</summary>
    public TimeSpan LongestHold { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long writers wait.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>The possible faults of statements.</summary>
    public IReadOnlyCollection<Fault> Faults { get; init; } = [];

    /// <summary>How many faults there are, at the most.</summary>
    public int FaultBudget { get; init; } = 3;

    /// <summary>Whether the storage stops while writers still write.</summary>
    public bool StopsEarly { get; init; }

    /// <summary>Whether the writers are grains, which read and decide again after a conflict.</summary>
    public bool HasGrains { get; init; }
}
