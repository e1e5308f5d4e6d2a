using Npgsql;
using Wingman.Silo.Schema;

namespace Wingman.Silo.Doctor.Running;

/// <summary>Whether the role may read and write what Wingman's own schemas hold.</summary>
internal sealed class OwnTableChecks : IDoctorCheck
{
    private const string Check = "own_tables";

    private const string MissingSql = $"""
        select c.oid::regclass::text, string_agg(p, ', ' order by p)
        from pg_class c
        cross join lateral unnest(
          case when c.relname in ('orleansquery', '{SchemaMigrator.Journal}') then array['SELECT'] else array['SELECT', 'INSERT', 'UPDATE', 'DELETE'] end) p
        where c.relnamespace in (to_regnamespace('{SchemaMigrator.OrleansSchema}'), to_regnamespace('{SchemaMigrator.WingmanSchema}'))
          and c.relkind = 'r' and c.relname <> 'lockdown' and not has_table_privilege(c.oid, p)
        group by c.oid
        order by 1
        """;

    public async Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection)
    {
        var role = (await connection.RowsAsync("select current_user::text"))[0][0]!;
        var missing = await connection.RowsAsync(MissingSql);
        return missing.Count == 0
            ? [new(Check, Severity.Ok, $"The role {role} may read and write Wingman's own tables.")]
            :
            [
                new(Check, Severity.Problem, $"The role {role} lacks {string.Join("; ", missing.Select(static row => $"{row[1]} on {row[0]}"))}.")
                {
                    Command = RuntimeGrants.For(role),
                },
            ];
    }
}
