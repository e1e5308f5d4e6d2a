namespace Wingman.Testing.Product;

/// <summary>How much data, and which.</summary>
/// <param name="Seed">The same seed and time give the same rows.</param>
/// <param name="Now">The end of the year that the data covers.</param>
public sealed record ProductDataOptions(int Seed, DateTimeOffset Now)
{
    /// <summary>Users; some have no match. At least two.</summary>
    public int Users { get; init; } = 8_000;

    /// <summary>Matches; some have no session. At least one.</summary>
    public int Matches { get; init; } = 25_000;

    /// <summary>Sessions. Fewer than there are kinds leave some kinds out.</summary>
    public int Sessions { get; init; } = 100_000;
}
