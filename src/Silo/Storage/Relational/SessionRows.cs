using Npgsql;
using NpgsqlTypes;
using Wingman.Reputation;
using Wingman.Sessions;
using Wingman.State;

namespace Wingman.Silo.Storage.Relational;

/// <summary>
/// A session's rows: its <c>wingman_sessions</c> row, and when it ends, the credits in the ledger and the match's counters.
/// </summary>
internal sealed class SessionRows() : RowMapping(StorageNames.Session)
{
    // Codes instead of names: an element of a fixed-width array is found without walking the array.
    private static readonly string StatusName =
        $"(array['{string.Join("','", Enum.GetValues<SessionStatus>().Select(SessionStatusNames.Of))}'])[w.status + 1]";

    private static readonly string OutcomeName =
        $"(array['{string.Join("','", Enum.GetValues<CreditOutcome>().Select(CreditOutcomeNames.Of))}'])[c.outcome + 1]";

    // Rows are found by = any (array[..]), which is a look-up in the primary key whatever the planner thinks of the table's
    // size: a plain = offers it to read all of an index that was empty when the statement was planned.
    // user1's word is the column user1_completed_confirmed_by_user2: the existing backend's naming.
    // Credits are only ever inserted, and one that is there stays: the primary key is what makes a second impossible.
    public override string WriteSql(bool isRepeat) => $"""
        session_rows as (
          update public.wingman_sessions as t
          set status = {StatusName},
              completed_at = case when w.status = {(int)SessionStatus.Completed} then w.completed_at end,
              user1_completed_confirmed_by_user2 = w.user1_confirmed,
              user2_completed_confirmed_by_user1 = w.user2_confirmed
          from {Won} w
          where t.id = any (array[w.id])),
        match_counters as (
          update public.wingman_matches as t
          set user1_reputation = coalesce(t.user1_reputation, 0) + c.completed,
              user2_reputation = coalesce(t.user2_reputation, 0) + c.completed
          from (select match_id, count(*)::int as completed from {Won} where status = {(int)SessionStatus.Completed} group by match_id order by match_id) c
          where t.id = any (array[c.match_id])),
        credits as (
          insert into public.reputation_credits (user_id, session_id, outcome, created_at)
          select c.user_id, w.id, {OutcomeName}, case when w.status = {(int)SessionStatus.Completed} then w.completed_at else now() end
          from {Won} w
          cross join lateral (values (w.user1_id, w.user1_credit), (w.user2_id, w.user2_credit)) as c (user_id, outcome)
          where c.outcome >= 0
          {(isRepeat ? "on conflict (user_id, session_id) do nothing" : "")})
        """;

    public override Func<Func<string, string>, string>? FirstWriteGuard => value => $"""
        not exists (
              select from public.wingman_sessions t
              where t.id = {value("id")}
                and (t.status in ('completed', 'cancelled', 'no_show')
                     or (t.user1_completed_confirmed_by_user2 and not {value("user1_confirmed")})
                     or (t.user2_completed_confirmed_by_user1 and not {value("user2_confirmed")})))
        """;

    public override string AdoptSql => """
        select true as adopted, x.match_id, m.user1_id, m.user2_id, coalesce(x.status, 'scheduled') as status,
               coalesce(x.user1_completed_confirmed_by_user2, false) as user1_confirmed,
               coalesce(x.user2_completed_confirmed_by_user1, false) as user2_confirmed,
               coalesce(x.scheduled_time, x.created_at, now()) as scheduled_at,
               x.completed_at
        from public.wingman_sessions x
        cross join lateral (select user1_id, user2_id from public.wingman_matches where id = x.match_id limit 1) m
        where x.id = i.guid
        """;

    public override IReadOnlyList<string> AdoptColumns =>
        ["match_id", "user1_id", "user2_id", "status", "user1_confirmed", "user2_confirmed", "scheduled_at", "completed_at"];

    public override IReadOnlyList<RowColumn> CreateColumns() =>
    [
        new RowColumn<SessionState, Guid>("id", "uuid", NpgsqlDbType.Uuid, (id, _) => id),
        new RowColumn<SessionState, Guid>("match_id", "uuid", NpgsqlDbType.Uuid, (_, s) => s.Match.Value),
        new RowColumn<SessionState, Guid>("user1_id", "uuid", NpgsqlDbType.Uuid, (_, s) => s.User1.Value),
        new RowColumn<SessionState, Guid>("user2_id", "uuid", NpgsqlDbType.Uuid, (_, s) => s.User2.Value),
        new RowColumn<SessionState, short>("status", "int2", NpgsqlDbType.Smallint, (_, s) => (short)s.Status),
        new RowColumn<SessionState, bool>("user1_confirmed", "bool", NpgsqlDbType.Boolean, (_, s) => s.User1Confirmed),
        new RowColumn<SessionState, bool>("user2_confirmed", "bool", NpgsqlDbType.Boolean, (_, s) => s.User2Confirmed),
        new RowColumn<SessionState, DateTime>("completed_at", "timestamptz", NpgsqlDbType.TimestampTz, (_, s) => (s.CompletedAt ?? default).UtcDateTime),
        new RowColumn<SessionState, short>("user1_credit", "int2", NpgsqlDbType.Smallint, (_, s) => CreditOf(s, s.User1)),
        new RowColumn<SessionState, short>("user2_credit", "int2", NpgsqlDbType.Smallint, (_, s) => CreditOf(s, s.User2)),
    ];

    // The match's row, with its counters.
    public override Guid? SharedRow(in GrainRowKey key, object? state) =>
        state is SessionState { Status: SessionStatus.Completed } session ? session.Match.Value : null;

    public override object Adopt(NpgsqlDataReader reader, int first) => new SessionState
    {
        Match = new(reader.GetGuid(first)),
        User1 = new(reader.GetGuid(first + 1)),
        User2 = new(reader.GetGuid(first + 2)),
        Status = SessionStatusNames.Parse(reader.GetString(first + 3)),
        User1Confirmed = reader.GetBoolean(first + 4),
        User2Confirmed = reader.GetBoolean(first + 5),
        ScheduledAt = reader.GetFieldValue<DateTimeOffset>(first + 6),
        CompletedAt = reader.IsDBNull(first + 7) ? null : reader.GetFieldValue<DateTimeOffset>(first + 7),
    };

    /// <summary>The outcome's code, or -1 where the session brings the user nothing.</summary>
    private static short CreditOf(SessionState session, UserId user) => SessionRules.CreditOf(session, user) is { } outcome ? (short)outcome : (short)-1;
}
