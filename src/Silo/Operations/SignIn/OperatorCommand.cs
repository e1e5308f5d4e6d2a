using Wingman.Silo.Hosting;

namespace Wingman.Silo.Operations.SignIn;

/// <summary>
/// <c>Wingman.Silo operator &lt;name&gt;</c>: makes an operator's secret, prints it this once, and says what to configure. Nothing is stored.
/// </summary>
internal static class OperatorCommand
{
    private const string Usage = "Usage: operator <name>    (at most 64 letters, digits, hyphens, underscores and dots)";

    /// <summary>Whether the command line asks for a secret instead of a server.</summary>
    public static bool Asks(string[] args) => args is ["operator", ..];

    /// <summary>Prints the secret and the setting.</summary>
    /// <returns>The process's exit code.</returns>
    public static int Run(string[] args)
    {
        if (args is not [_, var name] || !OperatorSetup.IsName(name))
        {
            Console.Error.WriteLine(Usage);
            return 1;
        }

        var secret = OperatorSecret.Make();
        Console.Out.WriteLine($"""
            The secret, for {name} to sign in with. It is shown only now, and is not stored:

              {secret}

            The setting, for every host of the cluster; to exchange a secret, give the old hash and the new one, separated by a comma:

              Wingman__Operators__{name}={OperatorSecret.HashOf(secret)}
            """);
        if (name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_')) return 0;

        Console.Out.WriteLine($"""

            A shell cannot export this variable, since its name has a hyphen or a dot. Write the hash into a file instead, whose name is
            Wingman__Operators__{name}, in the directory that {SecretFiles.Setting} names; or set the variable where Compose or Kubernetes does.
            """);
        return 0;
    }
}
