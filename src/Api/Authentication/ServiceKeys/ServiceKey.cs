using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Wingman.Authentication;

/// <summary>
/// A service key: a random text that a machine signs in with. The service is configured with its SHA-256 hash only. A key has 256 random
/// bits, so it cannot be found by trying keys against the hash, and a slow hash is not needed.
/// </summary>
internal static class ServiceKey
{
    /// <summary>The beginning of every key that is made here, so that searches for leaked secrets find it.</summary>
    public const string Prefix = "wm_secret_";

    /// <summary>The longest key that is checked.</summary>
    public const int MaxLength = 256;

    private const int RandomBytes = 32;

    /// <summary>A new key.</summary>
    public static string Make() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>A key's hash as it is configured.</summary>
    public static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <summary>The name of a key, or null if it is none of the configured ones.</summary>
    /// <remarks>All keys are compared, each in full, so that the time reveals neither which one matched nor how much of it matched.</remarks>
    public static string? NameOf(string key, IReadOnlyList<(string Name, byte[] Hash)> configured)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key), hash);
        string? name = null;
        foreach (var candidate in configured)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, candidate.Hash)) name = candidate.Name;
        }

        return name;
    }
}
