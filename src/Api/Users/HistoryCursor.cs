using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using Wingman.Wire;

namespace Wingman.Reputation;

/// <summary>Where a page of the history ended, as a text that needs no escaping in a URL. Its content has no meaning for clients.</summary>
/// <param name="After">The last credit of the page.</param>
[Misread("value_error", "Value error, not a cursor that this history gave")]
internal sealed record HistoryCursor(CreditCursor After) : IParsable<HistoryCursor>
{
    private const int TimeBytes = sizeof(long);
    private const int Bytes = TimeBytes + 16;
    private const int Characters = 32;

    /// <inheritdoc/>
    public static HistoryCursor Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var cursor) ? cursor : throw new FormatException("Not a cursor of a history.");

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out HistoryCursor result)
    {
        result = null;
        Span<byte> bytes = stackalloc byte[Bytes];
        if (s is not { Length: Characters } || Base64Url.DecodeFromChars(s, bytes, out _, out var written) != OperationStatus.Done || written != Bytes)
            return false;
        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes);
        if (ticks < DateTimeOffset.MinValue.Ticks || ticks > DateTimeOffset.MaxValue.Ticks) return false;
        result = new(new CreditCursor(new DateTimeOffset(ticks, TimeSpan.Zero), new SessionId(new Guid(bytes[TimeBytes..]))));
        return true;
    }

    /// <summary>The text.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, After.At.UtcTicks);
        After.Session.Value.TryWriteBytes(bytes[TimeBytes..]);
        return Base64Url.EncodeToString(bytes);
    }
}
