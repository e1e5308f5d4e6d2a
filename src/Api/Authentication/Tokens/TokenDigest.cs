using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Wingman.Authentication;

/// <summary>A token's SHA-256 digest. It is kept instead of the token, which should not stay in memory.</summary>
internal readonly record struct TokenDigest(UInt128 First, UInt128 Second)
{
    private const int OnStack = 2048;

    /// <summary>The digest of a text.</summary>
    public static TokenDigest Of(ReadOnlySpan<char> token)
    {
        var size = Encoding.UTF8.GetMaxByteCount(token.Length);
        var rented = size > OnStack ? ArrayPool<byte>.Shared.Rent(size) : null;
        var bytes = rented ?? stackalloc byte[OnStack];
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(token, bytes)], digest);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        return MemoryMarshal.Read<TokenDigest>(digest);
    }
}
