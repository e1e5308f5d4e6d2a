namespace Wingman.Silo.Operations.SignIn;

/// <summary>
/// Who may open the operators' pages (section <c>Wingman:Operators</c>): a name for each person, and under it the hash of their
/// secret, or several, separated by commas, so that the old secret and the new one are valid while they are being exchanged.
/// </summary>
internal sealed class OperatorSettings
{
    /// <summary>The section's name.</summary>
    public const string Section = "Wingman:Operators";

    /// <summary>The hashes of each operator, by name.</summary>
    public IReadOnlyDictionary<string, string[]> Hashes { get; set; } = new Dictionary<string, string[]>();

    /// <summary>What is wrong with the configuration, in one sentence.</summary>
    public string? Problem { get; set; }
}
