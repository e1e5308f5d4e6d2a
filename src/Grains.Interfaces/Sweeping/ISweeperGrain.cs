namespace Wingman.Sweeping;

/// <summary>
/// Finds sessions past their grace period and expires each through its own grain. One per cluster
/// (<see cref="SweeperKey"/>); two at once do no harm.
/// </summary>
[Alias("Wingman.ISweeperGrain")]
public interface ISweeperGrain : IGrainWithGuidKey
{
    /// <summary>Makes sure that the sweeper runs, and that it is started again if its silo stops or dies. May be called again.</summary>
    /// <returns>When the reminder is durable.</returns>
    [Alias("EnsureRunning")]
    Task EnsureRunningAsync();

    /// <summary>Runs one round now, instead of at the next interval.</summary>
    /// <returns>What the round did.</returns>
    [Alias("Sweep")]
    Task<SweepReport> SweepAsync();
}

/// <summary>The key of the one sweeper.</summary>
public static class SweeperKey
{
    /// <summary>The key of the one sweeper.</summary>
    public static readonly Guid Value = Guid.Empty;
}

/// <summary>What one round of the sweeper did.</summary>
/// <param name="Expired">Sessions ended as a no-show, or completed because both flags were set.</param>
/// <param name="Failed">Sessions that could not be expired; a later round retries them.</param>
/// <param name="MoreWaiting">Whether the round reached its limit and left overdue sessions to the next one.</param>
[GenerateSerializer, Immutable, Alias("sweep-report")]
public sealed record SweepReport([property: Id(0)] int Expired, [property: Id(1)] int Failed, [property: Id(2)] bool MoreWaiting);
