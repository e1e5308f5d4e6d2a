using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Wingman.Sessions;

/// <summary>
/// Which lines of the log were visible to a reading: the database's snapshot at that time, <c>xmin:xmax:xip,xip,...</c>. A single
/// number would lose lines, since transactions do not commit in the order of their numbers; a snapshot shows for each transaction
/// whether it had committed.
/// </summary>
[GenerateSerializer, Immutable, Alias("log-snapshot")]
public readonly record struct LogSnapshot : IParsable<LogSnapshot>
{
    /// <summary>The longest text that is accepted: with a thousand transactions in progress, the database writes about half as much.</summary>
    public const int MaxLength = 16 * 1024;

    [Id(0)]
    private readonly string _snapshot;

    private LogSnapshot(string snapshot) => _snapshot = snapshot;

    /// <inheritdoc/>
    public static LogSnapshot Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var result) ? result : throw new FormatException("A snapshot has the form xmin:xmax:xip,xip,...");

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out LogSnapshot result)
    {
        var isOne = s is { Length: <= MaxLength } && IsSnapshot(s);
        result = isOne ? new(s!) : default;
        return isOne;
    }

    /// <inheritdoc/>
    public override string ToString() => _snapshot ?? "";

    // Accepts exactly the texts that the database accepts, so that no query fails because of an invalid snapshot.
    private static bool IsSnapshot(string text)
    {
        if (text.Split(':') is not [var first, var second, var others] || !TryRead(first, out var xmin) || !TryRead(second, out var xmax) || xmin > xmax)
            return false;

        var last = xmin;
        foreach (var one in others.Length == 0 ? [] : others.Split(','))
        {
            if (!TryRead(one, out var xip) || xip < last || xip >= xmax) return false;
            last = xip;
        }

        return true;
    }

    private static bool TryRead(string text, out ulong number) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0 && number <= long.MaxValue;
}
