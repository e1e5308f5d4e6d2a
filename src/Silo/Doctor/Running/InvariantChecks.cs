using Npgsql;
using Wingman.Reputation;
using Wingman.Silo.Storage.Rows;

namespace Wingman.Silo.Doctor.Running;

/// <summary>
/// The promises of docs/invariants.md, as far as tables can show them. The newest lines of the log are compared with the rows:
/// all lines would take too long on a large one. A change by others that a grain noticed is a warning; a row that contradicts the
/// log without such a line is a problem.
/// </summary>
internal sealed class InvariantChecks(CreditCounting counting) : IDoctorCheck
{
    /// <summary>How many lines of the log are checked.</summary>
    public const int Newest = 100_000;

    private const string Flag1 = "coalesce(s.user1_completed_confirmed_by_user2, false)";
    private const string Flag2 = "coalesce(s.user2_completed_confirmed_by_user1, false)";

    // Ids of transactions are comparable within an era only: the lines of the latest one are the newest, then those of the one before. The
    // changes of one session are in the order of their lines' ids, since its row is locked when a line is written.
    private static readonly string Views = $"""
        with newest as materialized (
          select l.session_id, l.kind, l.actor, l.at, l.id
          from (select era, last_id, lead(last_id, 1, 9223372036854775807) over (order by era) as next_id from wingman.log_eras) e
          cross join lateral (
            select session_id, kind, actor, at, tx, id from wingman.events
            where session_id is not null and id > e.last_id and id <= e.next_id
            order by tx desc, id desc limit {Newest}) l
          order by e.era desc, l.tx desc, l.id desc limit {Newest}),
        logged as materialized (
          select session_id,
                 bool_or(kind = 'observed') as is_observed,
                 count(*) filter (where kind = 'completed') as completions,
                 (array_agg(kind order by id desc) filter (where kind in ('completed', 'cancelled', 'no_show', 'reopened')))[1] as last_end,
                 (array_agg(at order by id desc) filter (where kind = 'completed'))[1] as completed_at
          from newest group by session_id),
        confirmed as materialized (select distinct session_id, actor from newest where kind in ('confirmed', 'completed', 'excused') and actor is not null)
        """;

    // Each query finds a session, whether a grain noticed another writer, and the match if it is the match's counters that are wrong.
    private static readonly (string Name, string Sql, string Broken)[] Promises =
    [
        ("I1", $"""
            select s.id, t.is_observed, null::uuid
            from confirmed c join logged t using (session_id) join public.wingman_sessions s on s.id = c.session_id join public.wingman_matches m on m.id = s.match_id
            where (c.actor = m.user1_id and not {Flag1}) or (c.actor = m.user2_id and not {Flag2})
            """, "have a confirmation in the log that is not in their row"),
        ("I2", $"""
            select s.id, t.is_observed, null::uuid
            from logged t join public.wingman_sessions s on s.id = t.session_id
            where t.last_end = 'completed' and s.status = 'completed' and (not ({Flag1} and {Flag2}) or s.completed_at is distinct from t.completed_at)
            """, "were completed by Wingman, and their row lacks a confirmation or has another time of completion"),
        ("I4", """
            select session_id, false, (array_agg(match_id) filter (where match_id is not null))[1]
            from (
              select t.session_id, null::uuid from logged t where t.completions > 1
              union all
              select c.session_id, c.match_id
              from (
                select s.match_id, (array_agg(s.id order by t.completions desc, s.id))[1] as session_id, sum(t.completions) as completed
                from logged t join public.wingman_sessions s on s.id = t.session_id group by s.match_id) c
              join public.wingman_matches m on m.id = c.match_id
              where coalesce(m.user1_reputation, 0) < c.completed or coalesce(m.user2_reputation, 0) < c.completed) doubtful (session_id, match_id)
            group by session_id
            """, "have more than one completion in the log, or a match with a counter that is lower than its completions"),
        ("I5", """
            select s.id, t.is_observed, null::uuid
            from logged t join public.wingman_sessions s on s.id = t.session_id
            where t.last_end in ('completed', 'cancelled', 'no_show') and s.status is distinct from t.last_end
            """, "have another end in their row than in the log"),
    ];

    // Compares the documented rule with the expression that all counts use.
    private static string CreditRuleSql(CreditCounting counting) => $"""
        select count(*)::text from (
          select s.status, coalesce(s.user1_completed_confirmed_by_user2, false) as flag, {CreditSql.Of("s", "true", counting)} as credit
          from public.wingman_sessions s limit 100000) c
        where credit is distinct from case {(counting == CreditCounting.Legacy
            ? "when status = 'completed' and flag then 'completed' when status in ('no_show', 'cancelled') then 'no_show'"
            : "when status = 'completed' then 'completed' when status = 'no_show' and not flag then 'no_show'")} end
        """;

    public bool ReadsRows => true;

    public async Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection)
    {
        List<Finding> findings = [];
        foreach (var (name, sql, broken) in Promises)
        {
            var found = await connection.RowsAsync(
                $"{Views} select id::text, is_observed::text, count(*) over ()::text, match_id::text from ({sql}) found (id, is_observed, match_id) order by is_observed limit 200");
            if (found.Count == 0)
            {
                findings.Add(new(name, Severity.Ok, $"Holds for the newest {Newest} lines of the log."));
                continue;
            }

            // Observed ones come last.
            var isProblem = found.Exists(static row => row[1] == "false");
            string[] matches = [.. found.Select(static row => row[3]).OfType<string>().Take(3)];
            var counters = matches.Length == 0 ? "" : $" Counters are too low in matches such as {string.Join(", ", matches)}.";
            findings.Add(new(name, isProblem ? Severity.Problem : Severity.Warning, $"{found[0][2]} sessions {broken}: another program changed them{(isProblem ? ", or a promise is broken: no grain noticed another writer" : ", and a grain noticed it")}.{counters}")
            {
                Count = long.Parse(found[0][2]!, System.Globalization.CultureInfo.InvariantCulture),
                Examples = [.. found.Take(3).Select(static row => row[0]!)],
                Command = $"./wingman explain session {found[0][0]}",
            });
        }

        var wrong = (await connection.RowsAsync(CreditRuleSql(counting)))[0][0]!;
        findings.Insert(2, wrong == "0"
            ? new("I3", Severity.Ok, "Holds by construction, since a reputation is counted from the rows at each read; the rule was checked on up to 100000 rows.")
            : new("I3", Severity.Problem, $"The rule counts {wrong} sessions in another way than documented."));
        return findings;
    }
}
