namespace Wingman.Authentication;

/// <summary>
/// The service keys (section <c>Authentication:ServiceKeys</c>): a name for each machine, and under it the SHA-256 hash of its key,
/// or several, separated by commas or as a list, so that the old key and the new one are both valid while one replaces the other.
/// </summary>
internal sealed class ServiceKeySettings
{
    /// <summary>The section's name.</summary>
    public const string Section = $"{TokenSettings.Section}:ServiceKeys";

    /// <summary>Every hash with the name of its key.</summary>
    public IReadOnlyList<(string Name, byte[] Hash)> Keys { get; set; } = [];

    /// <summary>What is wrong with the configuration, in one sentence.</summary>
    public string? Problem { get; set; }
}
