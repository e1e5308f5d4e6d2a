using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Wingman.Webhooks;

/// <summary>Signs messages as Standard Webhooks, version 1, has it: HMAC-SHA256 of id, time and body. Pure.</summary>
internal static class WebhookSignature
{
    private const string Prefix = "whsec_";

    /// <summary>The key of a secret, or null if it is none.</summary>
    /// <param name="secret"><c>whsec_</c> and 24 to 64 bytes in base64.</param>
    public static byte[]? KeyOf(string secret)
    {
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal)) return null;

        var text = secret[Prefix.Length..];
        if (!Base64.IsValid(text, out var length) || length is < 24 or > 64) return null;
        return Convert.FromBase64String(text);
    }

    /// <summary>The value of the header <c>webhook-signature</c>: a signature for each secret.</summary>
    /// <param name="secrets">The secrets, valid.</param>
    /// <param name="id">The message's id, without a full stop.</param>
    /// <param name="sentAt">When this attempt is made.</param>
    /// <param name="body">The body as it is sent.</param>
    public static string Of(IEnumerable<string> secrets, string id, DateTimeOffset sentAt, byte[] body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{TimestampOf(sentAt)}."), .. body];
        return string.Join(' ', secrets.Select(secret => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(KeyOf(secret)!, signed))}"));
    }

    /// <summary>The value of the header <c>webhook-timestamp</c>: seconds since 1970.</summary>
    public static string TimestampOf(DateTimeOffset sentAt) => sentAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
