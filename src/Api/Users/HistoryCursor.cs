using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace Wingman.Reputation;

/// <summary>Where a page of the history ended, as a text that goes into a URL as it is. Clients do not look inside.</summary>
internal static class HistoryCursor
{
    private const int TimeBytes = sizeof(long);
    private const int Bytes = TimeBytes + 16;
    private const int Characters = 32;

    /// <summary>Writes a cursor.</summary>
    public static string Write(CreditCursor cursor)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, cursor.At.UtcTicks);
        cursor.Session.Value.TryWriteBytes(bytes[TimeBytes..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads a cursor.</summary>
    /// <returns>False for a text that <see cref="Write"/> did not make.</returns>
    public static bool TryRead(string? text, [NotNullWhen(true)] out CreditCursor? cursor)
    {
        cursor = null;
        Span<byte> bytes = stackalloc byte[Bytes];
        if (text is not { Length: Characters } || Base64Url.DecodeFromChars(text, bytes, out _, out var written) != OperationStatus.Done || written != Bytes)
            return false;
        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes);
        if (ticks < DateTimeOffset.MinValue.Ticks || ticks > DateTimeOffset.MaxValue.Ticks)
            return false;
        cursor = new CreditCursor(new DateTimeOffset(ticks, TimeSpan.Zero), new SessionId(new Guid(bytes[TimeBytes..])));
        return true;
    }
}
