namespace Wingman.Silo.Hosting;

/// <summary>Settings from files, one each, as container platforms mount secrets: a variable would show them to everyone who may inspect the container.</summary>
internal static class SecretFiles
{
    /// <summary>The setting that names the directory. Each file in it is a setting by its name, <c>__</c> for <c>:</c>.</summary>
    public const string Setting = "Wingman:SecretsPath";

    /// <summary>Adds the files, above every other source, where the setting names a directory.</summary>
    /// <param name="configuration">The host's configuration.</param>
    /// <exception cref="StartRefusedException">There is no such directory.</exception>
    public static void AddSecretFiles(this IConfigurationManager configuration)
    {
        if (configuration[Setting] is not { Length: > 0 } directory) return;
        if (!Directory.Exists(directory)) throw new StartRefusedException($"{Setting} names no directory that this process can read: {directory}");
        configuration.AddKeyPerFile(Path.GetFullPath(directory), optional: false, reloadOnChange: false);
    }
}
