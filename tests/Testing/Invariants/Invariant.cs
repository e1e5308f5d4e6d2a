using System.Data;
using Npgsql;

namespace Wingman.Testing.Invariants;

/// <summary>An invariant is violated.</summary>
/// <param name="message">Which, and by what.</param>
internal sealed class InvariantException(string message) : Exception(message);

/// <summary>
/// What must hold at every commit, checked in the tables, the log and the journal of changes. The SQL is independent of the
/// service's own. It holds whatever other programs write.
/// </summary>
internal static class Invariant
{
    // A flag that is null is not set.
    private const string Views = $"""
        with ours as materialized (
          select *,
                 coalesce(before ->> 'status', 'none') as old_status, coalesce(after ->> 'status', 'none') as new_status,
                 coalesce((before ->> 'user1_completed_confirmed_by_user2')::boolean, false) as old_user1,
                 coalesce((before ->> 'user2_completed_confirmed_by_user1')::boolean, false) as old_user2,
                 coalesce((after ->> 'user1_completed_confirmed_by_user2')::boolean, false) as new_user1,
                 coalesce((after ->> 'user2_completed_confirmed_by_user1')::boolean, false) as new_user2
          from journal.changes where writer = '{ChangeJournal.Ours}'),
        updates as materialized (
          select *,
                 exists (select from wingman.events e where e.tx = ours.tx and e.session_id = ours.row_id and e.kind = 'notes_updated') as is_notes,
                 exists (select from wingman.events e where e.tx = ours.tx and e.session_id = ours.row_id and e.operator is not null) as is_repair
          from ours where relation = 'wingman_sessions' and before is not null and after is not null),
        completions as materialized (
          select *, (after ->> 'match_id')::uuid as match_id from updates where new_status = 'completed' and old_status is distinct from 'completed')
        """;

    private const string CompletedByBoth = "I2 we complete a session only where both have confirmed, and no session stays open then";
    private const string OverIsOver = "I2 we never change a session that is over, but for its notes, and for a no-show that an operator takes back";
    private const string CompletedAtOnce = "I2 we set completed_at when we complete a session, and never else";
    private const string CountersByOne = "I4 a completion of ours adds one to each counter of its match in its commit, and nothing else does";
    private const string LoggedOnce = "I4 a change of ours has exactly its one line of the log, in its commit";
    private const string LogIsTrue = "I4 the change that a line of the log reports is in the same commit";
    private const string RepairsAreNamed = "I4 an operator's act is logged with a name and a reason, and nobody else reopens or excuses";
    private const string FlagsStay = "I5 we take no confirmation back, and set one user's in a commit";
    private const string OnlyOurColumns = "I5 we change no column but the status, completed_at and the flags, or the notes alone";
    private const string NothingDeleted = "I5 we delete nothing";
    private const string MatchColumns = "I5 we change no column of a match but the status and the counters";
    private const string ScheduledWhereAccepted = "I5 we schedule only where the match is accepted at that moment, and has no active session";

    private static readonly (string Name, string Sql)[] Queries =
    [
        (CompletedByBoth, "select u::text from updates u where (new_user1 and new_user2) <> (new_status = 'completed') and new_status not in ('cancelled', 'no_show') and not is_notes"),
        (OverIsOver, "select u::text from updates u where old_status in ('completed', 'cancelled', 'no_show') and not is_notes and not (is_repair and old_status = 'no_show')"),
        (CompletedAtOnce,
            """
            select u::text from updates u
            where case when new_status = 'completed' and not is_notes then (after ->> 'completed_at') is null
                       else (after ->> 'completed_at') is distinct from (before ->> 'completed_at') end
            """),
        (CountersByOne,
            """
            select coalesce(o.tx, c.tx) || ': match ' || coalesce(o.row_id, c.match_id) || ' counted ' || coalesce(o.added1, 0) || ' and '
                   || coalesce(o.added2, 0) || ' for ' || coalesce(c.completed, 0)
            from (
              select tx, row_id,
                     sum(coalesce((after ->> 'user1_reputation')::int, 0) - coalesce((before ->> 'user1_reputation')::int, 0)) as added1,
                     sum(coalesce((after ->> 'user2_reputation')::int, 0) - coalesce((before ->> 'user2_reputation')::int, 0)) as added2
              from ours where relation = 'wingman_matches' and before is not null and after is not null group by tx, row_id) o
            full join (select tx, match_id, count(*) as completed from completions group by tx, match_id) c
              on c.tx = o.tx and c.match_id = o.row_id
            where coalesce(o.added1, 0) <> coalesce(c.completed, 0) or coalesce(o.added2, 0) <> coalesce(c.completed, 0)
            """),
        (LoggedOnce,
            """
            select u::text from updates u
            where 1 <> (
                select count(*) from wingman.events e
                where e.tx = u.tx and e.session_id = u.row_id
                  and e.kind = case when is_notes then 'notes_updated' when is_repair and new_status = 'no_show' then 'excused'
                                     when is_repair and new_status = 'scheduled' then 'reopened'
                                     when new_status in ('completed', 'cancelled', 'no_show') then new_status else 'confirmed' end)
              or 1 <> (select count(*) from wingman.events e where e.tx = u.tx and e.session_id = u.row_id)
            """),
        (LogIsTrue,
            """
            select e::text from wingman.events e
            where kind not in ('observed', 'reputation_changed', 'user_erased')
              and 1 <> (select count(*) from ours o where o.tx = e.tx and o.row_id = e.session_id and (e.kind = 'scheduled') = (o.before is null))
            """),
        (RepairsAreNamed,
            """
            select e::text from wingman.events e
            where (operator is not null or kind in ('reopened', 'excused', 'user_erased'))
              and (coalesce(operator, '') = '' or coalesce(detail, '') = '' or kind not in ('completed', 'cancelled', 'reopened', 'excused', 'user_erased'))
            """),
        (FlagsStay,
            """
            select u::text from updates u
            where (old_user1 and not new_user1) or (old_user2 and not new_user2) or (old_user1 <> new_user1 and old_user2 <> new_user2 and not (is_repair and new_status = 'completed'))
               or (new_status in ('cancelled', 'no_show') and (old_user1, old_user2) <> (new_user1, new_user2) and not (is_repair and new_status = old_status))
            """),
        (OnlyOurColumns,
            """
            select u::text from updates u, lateral (
              select case when is_notes then array['notes']
                     when is_repair and new_status = 'scheduled' then array['status', 'scheduled_time']
                     else array['status', 'completed_at', 'user1_completed_confirmed_by_user2', 'user2_completed_confirmed_by_user1'] end as columns) ours
            where before - columns <> after - columns
               or (old_status is distinct from new_status and new_status not in ('completed', 'cancelled', 'no_show')
                   and not (is_repair and old_status = 'no_show' and new_status = 'scheduled'))
            """),
        (NothingDeleted, "select o::text from ours o where after is null"),
        (MatchColumns,
            """
            select o::text from ours o, lateral (select array['status', 'user1_reputation', 'user2_reputation'] as columns) ours
            where relation = 'wingman_matches' and before is not null and before - columns <> after - columns
            """),
        // A session that another program inserts at the same time is not visible to ours: only a unique index could exclude it.
        (ScheduledWhereAccepted,
            """
            select o::text from ours o
            where relation = 'wingman_sessions' and before is null
              and (not exists (
                  select from ours m
                  where m.tx = o.tx and m.row_id = (o.after ->> 'match_id')::uuid and m.old_status = 'accepted' and m.new_status = 'accepted')
                or exists (
                  select from ours earlier
                  where earlier.relation = 'wingman_sessions' and earlier.before is null and earlier.id < o.id
                    and earlier.after ->> 'match_id' = o.after ->> 'match_id'
                    and not exists (
                      select from journal.changes e
                      where e.row_id = earlier.row_id and e.id between earlier.id + 1 and o.id
                        and (e.after is null or e.after ->> 'status' in ('completed', 'cancelled', 'no_show')))))
            """),
    ];

    /// <summary>The names of the invariants.</summary>
    public static IEnumerable<string> Names => Queries.Select(static query => query.Name);

    /// <summary>Fails if one is violated.</summary>
    /// <exception cref="InvariantException">One is.</exception>
    public static async Task AssertAllAsync(NpgsqlDataSource database)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead);
        var violations = await CheckAsync(connection);
        if (violations.Count > 0) throw new InvariantException(string.Join('\n', violations));
    }

    /// <summary>Checks within the connection's transaction.</summary>
    /// <returns>The violations, each with the invariant's name.</returns>
    public static async Task<IReadOnlyList<string>> CheckAsync(NpgsqlConnection connection)
    {
        List<string> violations = [];
        foreach (var (name, sql) in Queries)
        {
            await using var command = new NpgsqlCommand($"{Views}\n{sql} limit 20", connection);
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync()) violations.Add($"{name}: {(reader.IsDBNull(0) ? "no row" : reader.GetString(0))}");
        }

        return violations;
    }
}
