using Npgsql;
using Wingman.Reputation;
using Wingman.Sessions;
using Wingman.Silo.Schema;
using Wingman.Silo.Storage.Rows;
using Wingman.Sweeping;

namespace Wingman.Silo.Operations.Support;

/// <summary>Reads what the database has about a session. Within one snapshot, if the connection's transaction has one.</summary>
internal static class SessionReader
{
    // The line of a change is written while the session's row is locked, so the ids of these lines are in the order of the commits. Ids of
    // transactions are not: a restored backup begins a new era, whose ids may be lower.
    private const string LinesSql = "select at, kind, actor, host, operator, detail from wingman.events where session_id = $1 order by id";

    // From when on every change by Wingman is in the log: since the log was created, but at most for the time that lines are kept.
    private const string LogBeginsSql = $"""
        select greatest((select min(applied) at time zone 'utc' from {SchemaMigrator.WingmanSchema}.{SchemaMigrator.Journal} where scriptname like '004%'), now() - $1)
        """;

    private const string NoShowSql = "select since, array(select from_time from wingman.service_gaps order by from_time), array(select to_time from wingman.service_gaps order by from_time) from wingman.no_show_detection";

    // The xmax of a row that is locked, or about to be changed, is the id of the transaction that does it. Such a transaction holds a lock
    // on its own id.
    private const string LocksSql = """
        select r.kind, a.pid, a.usename::text, a.application_name, a.xact_start, a.state
        from (
          select 'session' as kind, xmax from public.wingman_sessions where id = $1
          union all
          select 'match', m.xmax from public.wingman_sessions s join public.wingman_matches m on m.id = s.match_id where s.id = $1) r
        join pg_locks l on l.locktype = 'transactionid' and l.granted and l.transactionid = r.xmax
        join pg_stat_activity a on a.pid = l.pid
        where a.pid <> pg_backend_pid()
        """;

    private static string RowSql(CreditCounting counting) => $"""
        select s.status, s.scheduled_time, s.completed_at, s.created_at, m.user1_id, m.user2_id,
               coalesce(s.user1_completed_confirmed_by_user2, false), coalesce(s.user2_completed_confirmed_by_user1, false),
               {CreditSql.Of("s", "true", counting)}, {CreditSql.Of("s", "false", counting)},
               m.id, m.status, m.user1_reputation, m.user2_reputation,
               (select count(*) from public.wingman_sessions o where o.match_id = m.id and o.status = 'completed'),
               (select count(*) from public.wingman_sessions o join wingman.events e on e.session_id = o.id and e.kind = 'completed' where o.match_id = m.id),
               array(
                 select o.id from public.wingman_sessions o
                 where o.match_id = m.id and o.id <> s.id and (o.status in ('scheduled', 'in_progress') or o.status is null) order by o.id)
        from public.wingman_sessions s join public.wingman_matches m on m.id = s.match_id
        where s.id = $1
        """;

    /// <summary>Reads a session's explanation.</summary>
    /// <param name="connection">The database.</param>
    /// <param name="session">The session.</param>
    /// <param name="counting">How credits are counted.</param>
    /// <param name="noShows">When sessions end as a no-show.</param>
    /// <param name="retention">How long lines of the log are kept.</param>
    /// <param name="now">The present.</param>
    public static async Task<SessionExplanation> ReadAsync(NpgsqlConnection connection, Guid session, CreditCounting counting, NoShowOptions noShows, TimeSpan retention, DateTimeOffset now)
    {
        var row = (await connection.ReadAsync(RowSql(counting), ToRow, session)).SingleOrDefault();
        var lines = await connection.ReadAsync(LinesSql, ToLine, session);
        var locks = await connection.ReadAsync(
            LocksSql, static row => new ExplainedLock(row.GetString(0), row.GetInt32(1), row.GetTextOrNull(2), row.GetTextOrNull(3), row.GetInstantOrNull(4), row.GetTextOrNull(5)), session);
        var logBegins = (await connection.ReadAsync(LogBeginsSql, static row => row.GetInstantOrNull(0), retention)).SingleOrDefault();
        var (switchedOnAt, gaps) = (await connection.ReadAsync(NoShowSql, ToDetection)).SingleOrDefault();
        // What is configured counts only while the detection is on.
        var since = switchedOnAt is null ? null : noShows.Since ?? switchedOnAt;
        var dueAt = row is { Status: null or "scheduled" or "in_progress", ScheduledAt: { } scheduled } && since <= scheduled
            ? SessionRules.NoShowDueAt(scheduled, new(noShows.GracePeriod, since.Value, gaps, now))
            : (DateTimeOffset?)null;
        return new(session, row, lines, locks, dueAt) { Oddities = SessionOddities.Of(row, lines, locks, dueAt, logBegins, now) };
    }

    /// <summary>A line of the log, from the columns at, kind, actor, host, operator, detail.</summary>
    public static ExplainedLine ToLine(NpgsqlDataReader row)
    {
        var (kind, actor, by, detail) = (row.GetString(1), row.GetGuidOrNull(2), row.GetTextOrNull(4), row.GetTextOrNull(5));
        return new(row.GetFieldValue<DateTimeOffset>(0), kind, actor, row.GetString(3), by, detail, Words.Of(kind, actor, by, detail));
    }

    private static ExplainedRow ToRow(NpgsqlDataReader row) => new(
        row.GetTextOrNull(0), row.GetInstantOrNull(1), row.GetInstantOrNull(2), row.GetInstantOrNull(3),
        new(row.GetGuid(4), row.GetBoolean(6), row.GetTextOrNull(8)),
        new(row.GetGuid(5), row.GetBoolean(7), row.GetTextOrNull(9)),
        new(row.GetGuid(10), row.GetTextOrNull(11), row.GetIntOrNull(12), row.GetIntOrNull(13), row.GetInt64(14), row.GetInt64(15), row.GetFieldValue<Guid[]>(16)));

    private static (DateTimeOffset? Since, IReadOnlyList<ServiceGap> Gaps) ToDetection(NpgsqlDataReader row)
    {
        var (from, to) = (row.GetFieldValue<DateTime[]>(1), row.GetFieldValue<DateTime[]>(2));
        return (row.GetInstantOrNull(0), [.. from.Zip(to, static (from, to) => new ServiceGap(new(from, TimeSpan.Zero), new(to, TimeSpan.Zero)))]);
    }
}
