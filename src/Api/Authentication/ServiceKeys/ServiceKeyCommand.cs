using Wingman.Silo.Hosting;

namespace Wingman.Authentication;

/// <summary>
/// <c>Wingman.Api service-key &lt;name&gt;</c>: makes a service key, and prints it once with the setting to configure. Nothing is stored.
/// </summary>
internal static class ServiceKeyCommand
{
    // Two underscores in a row in the name of a variable or a file stand for a colon, so the key would be configured under another name.
    private const string Separator = "__";
    private const string Usage = "Usage: service-key <name>    (at most 64 letters, digits, hyphens and underscores, but no two underscores in a row)";

    /// <summary>Whether the command line asks for a key instead of a server.</summary>
    public static bool Asks(string[] args) => args is ["service-key", ..];

    /// <summary>Prints the key and the setting.</summary>
    /// <returns>The process's exit code.</returns>
    public static int Run(string[] args)
    {
        if (args is not [_, var name] || !ServiceKeySetup.IsName(name) || name.Contains(Separator, StringComparison.Ordinal))
        {
            Console.Error.WriteLine(Usage);
            return 1;
        }

        var key = ServiceKey.Make();
        Console.Out.WriteLine($"""
            The key, for {name} to send in the header "{ServiceKeyHandler.Header}". It is shown only now, and is not stored:

              {key}

            The setting, for this service. To replace a key, set the old hash and the new one, separated by a comma:

              Authentication__ServiceKeys__{name}={ServiceKey.HashOf(key)}
            """);
        if (!name.Contains('-', StringComparison.Ordinal)) return 0;

        Console.Out.WriteLine($"""

            A shell cannot export this variable, since its name has a hyphen. Write the hash into a file instead, whose name is
            Authentication__ServiceKeys__{name}, in the directory that {SecretFiles.Setting} names; or set the variable where Compose or Kubernetes does.
            """);
        return 0;
    }
}
