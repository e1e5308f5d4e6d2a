using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace Wingman.Authentication;

/// <summary>
/// Base64url as RFC 7515 writes it: no padding, no blanks, and no bits that are thrown away, so that there is one text for one
/// value. .NET's own decoder is more generous. Pure.
/// </summary>
internal static class StrictBase64Url
{
    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Decodes a text, if it is one.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text.ContainsAnyExcept(Alphabet) || text.Length % 4 == 1)
            return false;
        var decoded = Base64Url.DecodeFromChars(text);
        if (!EndsAsItWouldBeWritten(text, decoded))
            return false;
        bytes = decoded;
        return true;
    }

    // The last character of an incomplete group has bits that belong to no byte; they must be zero.
    private static bool EndsAsItWouldBeWritten(ReadOnlySpan<char> text, ReadOnlySpan<byte> decoded)
    {
        var rest = decoded.Length % 3;
        return rest == 0 || Base64Url.EncodeToString(decoded[^rest..])[^1] == text[^1];
    }
}
