using Microsoft.Extensions.Options;

namespace Wingman.Silo.Operations.SignIn;

/// <summary>Reads the operators' hashes. The host does not start if a value is not such a hash.</summary>
internal sealed class OperatorSetup(IConfiguration configuration) : IConfigureOptions<OperatorSettings>, IValidateOptions<OperatorSettings>
{
    private const int MaxNameLength = 64;

    /// <summary>Whether a text can be an operator's name. Texts that cannot are never logged.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= MaxNameLength && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary>Whether any operator is configured.</summary>
    public static bool HasAny(IConfiguration configuration) =>
        configuration.GetSection(OperatorSettings.Section).GetChildren().Any(static entry => !string.IsNullOrEmpty(entry.Value));

    /// <inheritdoc/>
    public void Configure(OperatorSettings options)
    {
        var hashes = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var entry in configuration.GetSection(OperatorSettings.Section).GetChildren())
        {
            // An empty variable, as compose files set it, counts as not set.
            if (string.IsNullOrEmpty(entry.Value) && !entry.GetChildren().Any()) continue;
            options.Problem ??= Read(entry, hashes);
        }

        options.Hashes = hashes;
    }

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, OperatorSettings options) =>
        options.Problem is { } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;

    private static string? Read(IConfigurationSection entry, Dictionary<string, string[]> hashes)
    {
        if (!IsName(entry.Key)) return $"Each name under {OperatorSettings.Section} must have at most {MaxNameLength} letters, digits, hyphens, underscores and dots.";

        var texts = (entry.Value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        // The message is logged, so it does not contain the text, which may be the secret itself.
        if (texts.Length == 0 || !texts.All(OperatorSecret.IsHash))
            return $"{entry.Path} must be a hash as ./wingman operator {entry.Key} prints it, or several separated by commas; never the secret itself.";

        hashes.Add(entry.Key, texts);
        return null;
    }
}
