using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Wingman.Authentication;

/// <summary>Reads the service keys' hashes. The host does not start if a value is not such a hash.</summary>
internal sealed class ServiceKeySetup(IConfiguration configuration) : IConfigureOptions<ServiceKeySettings>, IValidateOptions<ServiceKeySettings>
{
    private static readonly char[] Separators = [',', ' '];

    /// <summary>Whether a text can be a key's name.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <inheritdoc/>
    public void Configure(ServiceKeySettings options)
    {
        var keys = new List<(string Name, byte[] Hash)>();
        foreach (var entry in configuration.GetSection(ServiceKeySettings.Section).GetChildren()) options.Problem ??= Read(entry, keys);
        options.Keys = keys;
    }

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ServiceKeySettings options) =>
        options.Problem is { } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;

    private static string? Read(IConfigurationSection entry, List<(string Name, byte[] Hash)> keys)
    {
        if (!IsName(entry.Key)) return $"{entry.Path} must have a name of at most 64 letters, digits, hyphens and underscores.";
        var texts = entry.GetChildren().Select(child => child.Value).Prepend(entry.Value).OfType<string>();
        foreach (var text in texts.SelectMany(text => text.Split(Separators, StringSplitOptions.RemoveEmptyEntries)))
        {
            // The message is logged, so it does not contain the text, which may be the key itself.
            if (text.Length != 2 * SHA256.HashSizeInBytes || !text.All(char.IsAsciiHexDigit))
                return $"{entry.Path} must be the SHA-256 hash of a key (64 hexadecimal digits), or several separated by commas, as ./wingman service-key {entry.Key} prints them; never the key itself.";
            var hash = Convert.FromHexString(text);
            // As sha256sum prints it where the variable that should have held the key was empty.
            if (hash.AsSpan().SequenceEqual(SHA256.HashData([]))) return $"{entry.Path} has the hash of an empty text, which is no key.";
            if (keys.Find(key => key.Hash.AsSpan().SequenceEqual(hash)) is { Name: { } other })
                return $"{entry.Path} has a hash that is set already, under {ServiceKeySettings.Section}:{other}: each key has one name.";
            keys.Add((entry.Key, hash));
        }

        return null;
    }
}
