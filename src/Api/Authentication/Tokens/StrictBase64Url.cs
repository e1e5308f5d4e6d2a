using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace Wingman.Authentication;

/// <summary>
/// Base64url as RFC 7515 defines it, so that each value has exactly one text: .NET's own decoder refuses surplus bits, but accepts
/// padding and blanks. Pure.
/// </summary>
internal static class StrictBase64Url
{
    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Decodes a text, if it is one.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text.ContainsAnyExcept(Alphabet)) return false;
        var decoded = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (Base64Url.DecodeFromChars(text, decoded, out _, out var written) != OperationStatus.Done) return false;
        bytes = written == decoded.Length ? decoded : decoded[..written];
        return true;
    }
}
