using System.Reflection;
using DbUp.Engine;

namespace Wingman.Silo.Schema;

/// <summary>The versioned SQL scripts, in the order in which they apply.</summary>
internal static class SchemaScripts
{
    private const string Prefix = "Wingman.Silo.Schema.";

    /// <summary>All scripts, named by file alone, so that the journal does not depend on where the code keeps them.</summary>
    public static IReadOnlyList<SqlScript> All { get; } = Load();

    private static SqlScript[] Load()
    {
        var assembly = typeof(SchemaScripts).Assembly;
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name => new SqlScript(name[Prefix.Length..], Read(assembly, name))),
        ];
    }

    private static string Read(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
