using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;

namespace Wingman.Silo.Operations.SignIn;

/// <summary>An operator's secret, and its hash: PBKDF2 with a salt, in the format of ASP.NET Core Identity.</summary>
internal static class OperatorSecret
{
    /// <summary>What every secret that is made here begins with, so that searches for leaked secrets find it.</summary>
    public const string Prefix = "wm_operator_";

    /// <summary>The longest secret that is checked.</summary>
    public const int MaxLength = 256;

    private const int RandomBytes = 24;
    private const byte FormatWithParameters = 1;
    private const int LeastIterations = 100_000;

    // The format's header: its version, the algorithm, the iterations and the salt's length, four bytes each after the first.
    private const int HeaderLength = 13;

    private static readonly PasswordHasher<object> Hasher = new();
    private static readonly object Nobody = new();

    // An unknown name takes as long as a known one: the time must not show which names exist.
    private static readonly Lazy<string[]> Unknown = new(() => [HashOf(Make())]);

    /// <summary>A new secret.</summary>
    public static string Make() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>A secret's hash as it is configured, with a salt of its own.</summary>
    public static string HashOf(string secret) => Hasher.HashPassword(Nobody, secret);

    /// <summary>Whether a text is such a hash, made with as many iterations as ours or more.</summary>
    public static bool IsHash(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length)
            && length > HeaderLength
            && bytes[0] == FormatWithParameters
            && BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(5)) >= LeastIterations;
    }

    /// <summary>The hash that a secret has. For an unknown operator the search takes about as long as for a known one.</summary>
    /// <param name="secret">What was given as the secret.</param>
    /// <param name="hashes">The operator's hashes; null for somebody unknown.</param>
    /// <returns>One of the hashes; null if the secret has none of them.</returns>
    public static string? FindHash(string secret, string[]? hashes)
    {
        string? found = null;
        foreach (var hash in hashes ?? Unknown.Value)
            if (Hasher.VerifyHashedPassword(Nobody, hash, secret) != PasswordVerificationResult.Failed) found = hash;
        return hashes is null ? null : found;
    }

    /// <summary>Names a configured hash, so that a sign-in can say by which one it was made, without saying the hash.</summary>
    public static string NameOf(string hash) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(hash)).AsSpan(0, 16));
}
