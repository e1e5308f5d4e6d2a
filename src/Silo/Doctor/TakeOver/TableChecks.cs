using Npgsql;
using Wingman.Silo.Hosting;
using Wingman.Silo.Schema;

namespace Wingman.Silo.Doctor.TakeOver;

/// <summary>Whether the product's tables are those that Wingman's statements are written for.</summary>
/// <param name="expectsProduct">Whether the product's other tables should be there, as they are before a take-over.</param>
internal sealed class TableChecks(bool expectsProduct = true) : IDoctorCheck
{
    /// <summary>The check under which a missing table is reported.</summary>
    public const string Tables = "tables";

    /// <summary>The check under which the columns are reported.</summary>
    public const string Columns = "columns";

    private const string Extras = "additions";

    // A varchar of any length is accepted in place of text: the server then refuses texts that are too long, and nothing else.
    private const string ColumnsSql = """
        with wanted (relation, name, type) as (values
          ('public.wingman_matches', 'id', 'uuid'), ('public.wingman_matches', 'user1_id', 'uuid'), ('public.wingman_matches', 'user2_id', 'uuid'),
          ('public.wingman_matches', 'status', 'text'), ('public.wingman_matches', 'user1_reputation', 'integer'),
          ('public.wingman_matches', 'user2_reputation', 'integer'),
          ('public.wingman_sessions', 'id', 'uuid'), ('public.wingman_sessions', 'match_id', 'uuid'),
          ('public.wingman_sessions', 'user1_challenge_id', 'uuid'), ('public.wingman_sessions', 'user2_challenge_id', 'uuid'),
          ('public.wingman_sessions', 'venue_name', 'text'), ('public.wingman_sessions', 'scheduled_time', 'timestamp with time zone'),
          ('public.wingman_sessions', 'status', 'text'), ('public.wingman_sessions', 'completed_at', 'timestamp with time zone'),
          ('public.wingman_sessions', 'user1_completed_confirmed_by_user2', 'boolean'),
          ('public.wingman_sessions', 'user2_completed_confirmed_by_user1', 'boolean'),
          ('public.wingman_sessions', 'notes', 'text'), ('public.wingman_sessions', 'created_at', 'timestamp with time zone'),
          ('public.user_profiles', 'id', 'uuid'), ('public.user_profiles', 'first_name', 'text'),
          ('public.approach_challenges', 'id', 'uuid'), ('public.approach_challenges', 'title', 'text'),
          ('public.approach_challenges', 'description', 'text'), ('public.approach_challenges', 'difficulty', 'text'),
          ('public.approach_challenges', 'points', 'integer'))
        select w.relation || '.' || w.name, w.type, format_type(a.atttypid, null), (a.attgenerated <> '')::text
        from wanted w
        left join pg_attribute a on a.attrelid = to_regclass(w.relation) and a.attname = w.name and not a.attisdropped
        where to_regclass(w.relation) is not null
          and (a.attname is null or a.attgenerated <> ''
               or case format_type(a.atttypid, null) when 'character varying' then 'text' else format_type(a.atttypid, null) end <> w.type)
        """;

    private const string ExtrasSql = """
        select 'problem', 'the column ' || a.attrelid::regclass || '.' || a.attname || ' must be given and has no default: Wingman''s inserts would be refused',
               format('alter table %s alter column %I set default ...;', a.attrelid::regclass, a.attname)
        from pg_attribute a
        where a.attrelid in ('public.wingman_matches'::regclass, 'public.wingman_sessions'::regclass)
          and a.attnum > 0 and not a.attisdropped and a.attnotnull and not a.atthasdef and a.attidentity = ''
          and a.attname not in ('id', 'user1_id', 'user2_id', 'match_id')
        union all
        select 'warning', 'the trigger ' || t.tgname || ' runs when Wingman writes to ' || t.tgrelid::regclass || ', in its commits', null
        from pg_trigger t
        where not t.tgisinternal and t.tgrelid in ('public.wingman_matches'::regclass, 'public.wingman_sessions'::regclass)
        union all
        select 'problem', 'the table ' || c.oid::regclass || ' is no ordinary table', null
        from pg_class c
        where c.oid in ('public.wingman_matches'::regclass, 'public.wingman_sessions'::regclass) and c.relkind <> 'r'
        union all
        select 'problem', 'the table ' || c.oid::regclass || ' has no unique key on id alone: Wingman could not tell one row from another', null
        from pg_class c
        where c.oid in ('public.wingman_matches'::regclass, 'public.wingman_sessions'::regclass)
          and not exists (
            select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attname = 'id'
            where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indpred is null and i.indnkeyatts = 1 and i.indkey[0] = a.attnum)
        union all
        select 'problem', 'the check ' || c.conname || ' of wingman_sessions does not know the status ' || s.name, null
        from pg_constraint c, (values ('scheduled'), ('completed'), ('cancelled'), ('no_show')) s (name)
        where c.conrelid = 'public.wingman_sessions'::regclass and c.contype = 'c'
          and pg_get_constraintdef(c.oid) ~ '\mstatus\M' and pg_get_constraintdef(c.oid) !~ quote_literal(s.name)
        """;

    public async Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection)
    {
        List<Finding> findings = [];
        foreach (var table in RowSecurityCheck.Tables)
        {
            if (!await connection.IsTrueAsync($"select to_regclass('{table}') is not null"))
                findings.Add(new(Tables, Severity.Problem, $"The table {table} is missing: this is not a database of the product. (An empty database needs no take-over.)"));
        }

        if (findings.Count > 0) return findings;

        foreach (var row in await connection.RowsAsync(ColumnsSql))
        {
            findings.Add(new(Columns, Severity.Problem, row switch
            {
                [var column, var wanted, null, _] => $"The column {column} ({wanted}) is missing.",
                [var column, _, _, "true"] => $"The column {column} is generated; Wingman has to write it.",
                [var column, var wanted, var type, _] => $"The column {column} is {type}, and should be {wanted}.",
                _ => throw new InvalidOperationException("The query has four columns."),
            }));
        }

        if (findings.Count == 0) findings.Add(new(Columns, Severity.Ok, "Every column that Wingman reads or writes exists."));
        foreach (var row in await connection.RowsAsync(ExtrasSql))
        {
            findings.Add(new(Extras, row[0] == "problem" ? Severity.Problem : Severity.Warning, $"{char.ToUpperInvariant(row[1]![0])}{row[1]![1..]}.")
            {
                // A line break in a name must not begin a line of the command.
                Command = row[2] is { } command ? OneLine.Of(command) : null,
            });
        }

        if (!expectsProduct) return findings;

        foreach (var (table, meaning) in new[] { ("public.user_profiles", "every name is shown as Unknown"), ("public.approach_challenges", "challenges are neither required nor checked") })
        {
            if (!await connection.IsTrueAsync($"select to_regclass('{table}') is not null"))
                findings.Add(new(Extras, Severity.Warning, $"There is no table {table}: {meaning}."));
        }

        return findings;
    }
}
