using Npgsql;
using Wingman.Silo.Hosting;

namespace Wingman.Silo.Doctor.TakeOver;

/// <summary>Whether Wingman's queries have an index, and which better ones there could be. The checks create none.</summary>
internal sealed class IndexChecks : IDoctorCheck
{
    private const string Check = "indexes";

    private static readonly (string Table, string Column, string Meaning)[] Needed =
    [
        ("wingman_matches", "user1_id", "every count of a reputation would read all matches"),
        ("wingman_matches", "user2_id", "every count of a reputation would read all matches"),
        ("wingman_sessions", "match_id", "every count of a reputation, and every new session, would read all sessions"),
        ("wingman_sessions", "scheduled_time", "every round of the no-show detection would read all sessions"),
    ];

    public async Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection)
    {
        List<Finding> findings = [];
        foreach (var (table, column, meaning) in Needed)
        {
            if (!await connection.IsTrueAsync(HasIndexSql(table, column)))
            {
                findings.Add(new(Check, Severity.Problem, $"The table {table} has no index on {column}: {meaning}.")
                {
                    Command = $"create index concurrently {table}_{column} on public.{table} ({column});",
                });
            }
        }

        if (findings.Count == 0) findings.Add(new(Check, Severity.Ok, "Every query of the product's tables has an index."));
        foreach (var row in await connection.RowsAsync(InvalidSql))
        {
            findings.Add(new(Check, Severity.Warning, $"The index {row[0]} is invalid: writes have to update it, and reads do not use it.")
            {
                // A line break in a name must not begin a line of the command.
                Command = $"reindex index concurrently {OneLine.Of(row[0]!)};",
            });
        }

        if (!await connection.IsTrueAsync(OneActiveSql))
        {
            var (doubled, _) = await connection.CountAsync(RowChecks.SeveralActiveSql);
            findings.Add(new(Check, Severity.Warning, "Nothing prevents another program from adding a second active session to a match"
                + (doubled == 0 ? "; this index does:" : $"; this index does, but first the {doubled} matches that have several now must be corrected:"))
            {
                Command = "create unique index concurrently wingman_sessions_one_active_per_match on public.wingman_sessions (match_id) "
                    + "where status in ('scheduled', 'in_progress') or status is null;",
            });
        }

        return findings;
    }

    private const string InvalidSql = """
        select indexrelid::regclass::text from pg_index
        where indrelid in ('public.wingman_matches'::regclass, 'public.wingman_sessions'::regclass) and not indisvalid
        """;

    private const string OneActiveSql = """
        select exists (
          select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attname = 'match_id'
          where i.indrelid = 'public.wingman_sessions'::regclass and i.indisunique and i.indisvalid
            and i.indnkeyatts = 1 and i.indkey[0] = a.attnum and pg_get_expr(i.indpred, i.indrelid) ~ 'scheduled.*in_progress')
        """;

    // Only open sessions are searched by their time.
    private static string HasIndexSql(string table, string column) => $"""
        select exists (
          select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attname = '{column}'
          where i.indrelid = 'public.{table}'::regclass and i.indisvalid and i.indkey[0] = a.attnum
            and (i.indpred is null or (a.attname = 'scheduled_time' and pg_get_expr(i.indpred, i.indrelid) ~ 'scheduled.*in_progress')))
        """;
}
