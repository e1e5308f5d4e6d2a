using Npgsql;
using Wingman.Silo.Schema;

namespace Wingman.Silo.Doctor.Running;

/// <summary>Whether the database has this version's schema.</summary>
internal sealed class SchemaChecks : IDoctorCheck
{
    /// <summary>The check's name.</summary>
    public const string Name = "schema";

    public async Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection)
    {
        const string Journal = $"{SchemaMigrator.WingmanSchema}.{SchemaMigrator.Journal}";
        if (!await connection.IsTrueAsync($"select to_regclass('{Journal}') is not null"))
            return [new(Name, Severity.Problem, "The database has no schema of Wingman.") { Command = "./wingman schema apply" }];
        if (!await connection.IsTrueAsync($"select has_table_privilege('{Journal}', 'select')"))
            return [new(Name, Severity.Problem, $"The role may not read {Journal}, so no silo can start with it.")];

        var applied = (await connection.RowsAsync($"select scriptname from {Journal}")).Select(static row => row[0]!).ToHashSet();
        var known = SchemaScripts.All.Select(static script => script.Name).ToList();
        var missing = known.Where(script => !applied.Contains(script)).ToList();
        var newer = applied.Except(known).Order(StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
            return [new(Name, Severity.Problem, $"The database lacks {string.Join(", ", missing)} of this version's schema.") { Command = "./wingman schema apply" }];

        return newer.Count > 0
            ? [new(Name, Severity.Warning, $"The database has {string.Join(", ", newer)}, which this version does not know: a newer version has used the database. Changes are additive, so this version works.")]
            : [new(Name, Severity.Ok, "The schema is the one of this version.")];
    }
}
