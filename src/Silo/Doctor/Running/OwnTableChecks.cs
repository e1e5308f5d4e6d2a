using Npgsql;
using Wingman.Silo.Schema;

namespace Wingman.Silo.Doctor.Running;

/// <summary>Whether the role may read and write what Wingman's own schemas hold.</summary>
internal sealed class OwnTableChecks : IDoctorCheck
{
    private const string Check = "own_tables";

    // The sequence of the log's ids is read where an era begins.
    private const string MissingSql = $"""
        select string_agg(p, ', ' order by p), c.oid::regclass::text, (c.relkind = 'S')::text
        from pg_class c
        cross join lateral unnest(
          case when c.relkind = 'S' or c.relname in ('orleansquery', '{SchemaMigrator.Journal}') then array['select']
               else array['select', 'insert', 'update', 'delete'] end) p
        where c.relnamespace in (to_regnamespace('{SchemaMigrator.OrleansSchema}'), to_regnamespace('{SchemaMigrator.WingmanSchema}'))
          and ((c.relkind = 'r' and c.relname <> 'lockdown') or (c.relkind = 'S' and c.relname = 'events_id_seq'))
          and not case when c.relkind = 'S' then has_sequence_privilege(c.oid, p) else has_table_privilege(c.oid, p) end
        group by c.oid, c.relkind
        order by 2
        """;

    public async Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection)
    {
        var role = (await connection.RowsAsync("select current_user::text"))[0][0]!;
        var missing = await connection.RowsAsync(MissingSql);
        return missing.Count == 0
            ? [new(Check, Severity.Ok, $"The role {role} may read and write Wingman's own tables.")]
            :
            [
                new(Check, Severity.Problem, $"The role {role} lacks {string.Join("; ", missing.Select(Describe))}.")
                {
                    Command = RuntimeGrants.For(role),
                },
            ];
    }

    private static string Describe(string?[] missing) =>
        $"{missing[0]} on {missing[1]}{(missing[2] == "true" ? " (needed by the first write after a failover or a restore)" : "")}";
}
