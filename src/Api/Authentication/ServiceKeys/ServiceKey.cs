using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Wingman.Authentication;

/// <summary>
/// A service key: a random text that a machine signs in with. The service is configured with its SHA-256 hash only; since a key has
/// 256 random bits, a plain hash cannot be turned back by trying, and no slow one is needed.
/// </summary>
internal static class ServiceKey
{
    /// <summary>What every key that is made here begins with, so that searches for leaked secrets find it.</summary>
    public const string Prefix = "wm_secret_";

    /// <summary>The longest key that is looked at.</summary>
    public const int MaxLength = 256;

    private const int RandomBytes = 32;

    /// <summary>A new key.</summary>
    public static string Make() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>A key's hash as it is configured.</summary>
    public static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <summary>The name of a key, or null if none of the configured ones is meant.</summary>
    /// <remarks>Every key is compared in full, so that the time says neither which one it was nor how much of it was right.</remarks>
    public static string? NameOf(string key, IReadOnlyList<(string Name, byte[] Hash)> configured)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key), hash);
        string? name = null;
        foreach (var candidate in configured)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, candidate.Hash))
                name = candidate.Name;
        }
        return name;
    }
}
