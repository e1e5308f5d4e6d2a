using System.Text.Json.Serialization;

namespace Wingman.Reputation;

/// <summary>A user's reputation as stored: what they brought along, and the last fold.</summary>
internal sealed record ReputationState
{
    /// <summary>The schema version of the stored form.</summary>
    [JsonPropertyName("v")]
    public int SchemaVersion { get; init; } = 1;

    /// <summary>
    /// What the tables showed of sessions that ended before this service took over, counted once; null until counted.
    /// </summary>
    public CreditCounts? Brought { get; init; }

    /// <summary>The ledger's credits of the user at <see cref="FoldedAt"/>.</summary>
    public CreditCounts? Folded { get; init; }

    public DateTimeOffset FoldedAt { get; init; }
}

/// <summary>Credits counted by outcome.</summary>
/// <param name="Completed">Sessions completed.</param>
/// <param name="NoShows">Sessions the user did not show up for.</param>
internal sealed record CreditCounts(long Completed, long NoShows)
{
    public static readonly CreditCounts None = new(0, 0);

    public static CreditCounts operator +(CreditCounts left, CreditCounts right) =>
        new(left.Completed + right.Completed, left.NoShows + right.NoShows);
}
