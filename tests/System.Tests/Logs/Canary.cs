namespace Wingman.SystemTests.Logs;

/// <summary>Texts that the tests send to a host by every way there is, and search for in what it writes.</summary>
internal static class Canary
{
    /// <summary>In every text that is not secret.</summary>
    public const string Word = "c4n4ry";

    /// <summary>A text that begins new lines and clears the line of a terminal, where it is written as it is. Each of its parts has the word.</summary>
    public const string Breaking = $"{Word}\r\n{Word}\u001b[2K\u2028{Word}";

    /// <summary><see cref="Breaking"/> as both formats write it where it is meant to be logged.</summary>
    public const string Escaped = $@"{Word}\r\n{Word}\u001B[2K\u2028{Word}";

    /// <summary>In every secret that the tests choose. Lower case, as the driver writes the names of settings.</summary>
    public const string Secret = "s3cr3t";

    /// <summary><see cref="Breaking"/> and a secret, as a part of a path or query.</summary>
    public static string InAddress { get; } = Uri.EscapeDataString($"{Breaking}{Secret}");
}
