using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Wingman.Reputation;

/// <summary>Counts what the rows of sessions mean to a user.</summary>
/// <remarks>Every method throws <see cref="StorageException"/> when the database could not be queried.</remarks>
internal interface IReputationTable
{
    /// <summary>Counts a user's credits.</summary>
    Task<CreditCounts> CountAsync(UserId user);

    /// <summary>A page of a user's credits, newest first.</summary>
    Task<CreditPage> ReadHistoryAsync(UserId user, CreditCursor? after, int limit);
}

/// <summary>Credits counted by outcome.</summary>
/// <param name="Completed">Sessions completed.</param>
/// <param name="NoShows">Sessions the user did not show up for.</param>
internal sealed partial record CreditCounts(long Completed, long NoShows)
{
    public static readonly CreditCounts None = new(0, 0);

    /// <summary>The counts as the log has them. Stored: what was written must remain readable.</summary>
    public string ToDetail() => string.Create(CultureInfo.InvariantCulture, $"completed {Completed}, no-shows {NoShows}");

    /// <summary>Reads what <see cref="ToDetail"/> wrote.</summary>
    /// <returns>Whether the text is one of them.</returns>
    public static bool TryParse(string? detail, [NotNullWhen(true)] out CreditCounts? counts)
    {
        counts = null;
        if (detail is null || Detail().Match(detail) is not { Success: true } match) return false;
        if (!long.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var completed)
            || !long.TryParse(match.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var noShows))
        {
            return false;
        }

        counts = new(completed, noShows);
        return true;
    }

    [GeneratedRegex(@"\Acompleted ([0-9]+), no-shows ([0-9]+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Detail();
}
