using Npgsql;
using NpgsqlTypes;
using Wingman.Events;
using Wingman.Sessions;
using Wingman.Silo.Storage.Batching;
using Wingman.State;

namespace Wingman.Silo.Storage.Rows;

/// <summary>A session's row to read. Its result is null where there is no such session.</summary>
/// <typeparam name="TResult">What is read of it.</typeparam>
/// <param name="session">The session.</param>
/// <param name="timeout">How long the caller waits.</param>
internal sealed class SessionReadRequest<TResult>(SessionId session, TimeSpan timeout) : BatchRequest<TResult>(timeout)
{
    public override string Subject => $"Session {session}";

    public SessionId Session => session;
}

/// <summary>Reads what the rules need of sessions, with the two users of their matches.</summary>
internal sealed class SessionStateRead : LaneStatement, IBatchedRead<SessionReadRequest<Versioned<SessionState>?>, Versioned<SessionState>?>
{
    private readonly List<Guid> _id;

    public SessionStateRead() => _id = AddArray<Guid>(NpgsqlDbType.Uuid);

    public LaneStatement Statement => this;

    // `limit 1` makes the planner read each row by the primary key, even if its statistics say that the tables are small.
    public override string Sql => """
        select i.ord, s.version, s.match_id, m.user1_id, m.user2_id, s.status,
               coalesce(s.user1_completed_confirmed_by_user2, false), coalesce(s.user2_completed_confirmed_by_user1, false),
               s.scheduled_time, s.completed_at
        from unnest($1::uuid[]) with ordinality as i (id, ord)
        cross join lateral (select *, xmin as version from public.wingman_sessions where id = i.id limit 1) s
        cross join lateral (select user1_id, user2_id from public.wingman_matches where id = s.match_id limit 1) m
        """;

    public void Fill(IReadOnlyList<SessionReadRequest<Versioned<SessionState>?>> batch)
    {
        Clear();
        foreach (var request in batch) _id.Add(request.Session.Value);
    }

    public Versioned<SessionState>? Read(SessionReadRequest<Versioned<SessionState>?> request, NpgsqlDataReader? row, int era)
    {
        if (row is null) return null;

        var state = new SessionState
        {
            Match = new(row.GetGuid(2)),
            User1 = new(row.GetGuid(3)),
            User2 = new(row.GetGuid(4)),
            Status = StoredNames.SessionStatusOf(row.GetTextOrNull(5)),
            User1Confirmed = row.GetBoolean(6),
            User2Confirmed = row.GetBoolean(7),
            ScheduledAt = row.GetInstantOrNull(8),
            CompletedAt = row.GetInstantOrNull(9),
        };
        return new(state, new(era, row.GetFieldValue<uint>(1)));
    }
}

/// <summary>Reads sessions with all that their participants may see, and which lines of the log were visible to the reading.</summary>
internal sealed class SessionDetailsRead : LaneStatement, IBatchedRead<SessionReadRequest<LiveSessionDetails?>, LiveSessionDetails?>
{
    private readonly ProductFeatures _features;
    private readonly List<Guid> _id;

    /// <summary>Creates a lane's statement.</summary>
    /// <param name="features">Which other tables of the product there are; read when the statement is prepared.</param>
    public SessionDetailsRead(ProductFeatures features)
    {
        _features = features;
        _id = AddArray<Guid>(NpgsqlDbType.Uuid);
    }

    public LaneStatement Statement => this;

    public override string Sql => $"""
        select i.ord, s.match_id, m.user1_id, m.user2_id, s.status,
               coalesce(s.user1_completed_confirmed_by_user2, false), coalesce(s.user2_completed_confirmed_by_user1, false),
               s.scheduled_time, s.completed_at, s.venue_name, s.notes,
               s.user1_challenge_id, s.user2_challenge_id, p1.first_name, p2.first_name,
               c1.title, c1.description, c1.difficulty, c1.points, c2.title, c2.description, c2.difficulty, c2.points,
               s.version, (select pg_current_snapshot()::text)
        from unnest($1::uuid[]) with ordinality as i (id, ord)
        cross join lateral (select *, xmin as version from public.wingman_sessions where id = i.id limit 1) s
        cross join lateral (select user1_id, user2_id from public.wingman_matches where id = s.match_id limit 1) m
        {Profile("p1", "m.user1_id")}
        {Profile("p2", "m.user2_id")}
        {ChallengeOf("c1", "s.user1_challenge_id")}
        {ChallengeOf("c2", "s.user2_challenge_id")}
        """;

    public void Fill(IReadOnlyList<SessionReadRequest<LiveSessionDetails?>> batch)
    {
        Clear();
        foreach (var request in batch) _id.Add(request.Session.Value);
    }

    public LiveSessionDetails? Read(SessionReadRequest<LiveSessionDetails?> request, NpgsqlDataReader? row, int era)
    {
        if (row is null) return null;

        var snapshot = new SessionSnapshot(
            request.Session,
            new(row.GetGuid(1)),
            new(row.GetGuid(2)),
            new(row.GetGuid(3)),
            StoredNames.SessionStatusOf(row.GetTextOrNull(4)),
            row.GetBoolean(5),
            row.GetBoolean(6),
            row.GetInstantOrNull(7),
            row.GetInstantOrNull(8));
        var details = new SessionDetails(
            snapshot,
            row.GetTextOrNull(9),
            row.GetTextOrNull(10),
            new(row.GetTextOrNull(13), ReadChallenge(row, 11, 15)),
            new(row.GetTextOrNull(14), ReadChallenge(row, 12, 19)));
        return new(details, new RowVersion(era, row.GetFieldValue<uint>(23)).ToString(), LogSnapshot.Parse(row.GetString(24), null));
    }

    private static Challenge? ReadChallenge(NpgsqlDataReader row, int id, int first) => row.GetGuidOrNull(id) is { } challenge
        ? new(
            challenge,
            row.GetTextOrNull(first),
            row.GetTextOrNull(first + 1),
            row.GetTextOrNull(first + 2),
            row.IsDBNull(first + 3) ? null : row.GetInt32(first + 3))
        : null;

    private string Profile(string alias, string id) => _features.HasProfiles
        ? $"left join lateral (select first_name from public.user_profiles where id = {id} limit 1) {alias} on true"
        : $"cross join (select null::text as first_name) {alias}";

    private string ChallengeOf(string alias, string id) => _features.HasChallenges
        ? $"left join lateral (select title, description, difficulty, points from public.approach_challenges where id = {id} limit 1) {alias} on true"
        : $"cross join (select null::text as title, null::text as description, null::text as difficulty, null::int as points) {alias}";
}

/// <summary>A session's row to write.</summary>
/// <param name="session">The session.</param>
/// <param name="expected">The version that was decided on.</param>
/// <param name="next">The state to store, with the line to append to the log.</param>
/// <param name="timeout">How long the caller waits.</param>
internal sealed class SessionWriteRequest(SessionId session, RowVersion expected, SessionState next, TimeSpan timeout) : WriteRequest(expected, timeout)
{
    public override string Subject => $"Session {session}";

    public override Guid? Row => session.Value;

    public SessionState Next => next;
}

/// <summary>
/// Writes sessions: each row whose version is the one that was decided on, and with it the match's counters where the session
/// is completed, and a line of the log. All of it is this one statement, and so one commit.
/// </summary>
internal sealed class SessionWrite : LaneStatement, IBatchedWrite<SessionWriteRequest>
{
    /// <summary>Leaves the status of the row as it is.</summary>
    private const short NoStatus = -1;

    private const short Completed = (short)EventKind.Completed;

    private readonly List<Guid> _id;
    private readonly List<uint> _version;
    private readonly List<Guid> _match;
    private readonly List<Guid> _user1;
    private readonly List<Guid> _user2;
    private readonly List<short> _status;
    private readonly List<bool> _user1Confirmed;
    private readonly List<bool> _user2Confirmed;
    private readonly List<DateTime?> _completedAt;
    private readonly List<short> _event;
    private readonly List<Guid?> _actor;
    private readonly List<DateTime> _at;
    private readonly List<string?> _notes;
    private readonly List<string?> _operator;
    private readonly List<string?> _reason;

    /// <summary>Creates a lane's statement.</summary>
    /// <param name="host">This host's name, for the log.</param>
    /// <param name="skipLocked">Whether rows that another transaction has locked are skipped instead of waited for.</param>
    public SessionWrite(string host, bool skipLocked)
    {
        _id = AddArray<Guid>(NpgsqlDbType.Uuid);
        _version = AddArray<uint>(NpgsqlDbType.Xid);
        _match = AddArray<Guid>(NpgsqlDbType.Uuid);
        _user1 = AddArray<Guid>(NpgsqlDbType.Uuid);
        _user2 = AddArray<Guid>(NpgsqlDbType.Uuid);
        _status = AddArray<short>(NpgsqlDbType.Smallint);
        _user1Confirmed = AddArray<bool>(NpgsqlDbType.Boolean);
        _user2Confirmed = AddArray<bool>(NpgsqlDbType.Boolean);
        _completedAt = AddArray<DateTime?>(NpgsqlDbType.TimestampTz);
        _event = AddArray<short>(NpgsqlDbType.Smallint);
        _actor = AddArray<Guid?>(NpgsqlDbType.Uuid);
        _at = AddArray<DateTime>(NpgsqlDbType.TimestampTz);
        _notes = AddArray<string?>(NpgsqlDbType.Text);
        _operator = AddArray<string?>(NpgsqlDbType.Text);
        _reason = AddArray<string?>(NpgsqlDbType.Text);
        AddText(host);
        Sql = skipLocked ? SkippingSql : PlainSql;
    }

    public LaneStatement Statement => this;

    public override string Sql { get; }

    // How it works, and why it is written this way:
    // - A concurrent change of the row is waited for and then seen: Postgres compares xmin again with the row's new version.
    // - Rows are reached by = any (array[..]), which uses the primary key even if the planner has wrong statistics of the table's
    //   size. With a plain =, the planner may choose to read the whole of an index that was empty when the statement was planned.
    // - A flag that is set stays set, and a status or completed_at that this write does not decide stays as it is, null included.
    // - user1's confirmation is the column user1_completed_confirmed_by_user2: the product's naming.
    // - The users of a match never change. If they changed all the same, the session would not be completed for the wrong users.
    // - Several sessions of one match in a batch are added to its counters together: one statement changes a row once.
    private const string Input = """
        input as materialized (
          select * from unnest($1::uuid[], $2::xid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::int2[], $7::bool[], $8::bool[],
                               $9::timestamptz[], $10::int2[], $11::uuid[], $12::timestamptz[], $13::text[],
                               $14::text[], $15::text[])
            with ordinality as i (id, version, match_id, user1_id, user2_id, status, user1_confirmed, user2_confirmed,
                                  completed_at, event, actor, at, notes, operator, reason, ord))
        """;

    private static string Written(string condition) => $"""
        written as (
          update public.wingman_sessions as s
          set status = case when i.status = {NoStatus} then s.status else {StoredNames.SessionStatusArray}[i.status + 1] end,
              completed_at = coalesce(i.completed_at, s.completed_at),
              notes = coalesce(i.notes, s.notes),
              user1_completed_confirmed_by_user2 = case when i.user1_confirmed then true else s.user1_completed_confirmed_by_user2 end,
              user2_completed_confirmed_by_user1 = case when i.user2_confirmed then true else s.user2_completed_confirmed_by_user1 end
          from input i
          where s.id = any (array[i.id]) and s.xmin = i.version{condition}
            and (i.event <> {Completed} or exists (
              select from public.wingman_matches m
              where m.id = any (array[i.match_id]) and m.user1_id = i.user1_id and m.user2_id = i.user2_id))
          returning i.ord, i.id, i.match_id, i.event, i.actor, i.at, i.operator, i.reason, s.xmin as version),
        counted as (
          update public.wingman_matches as m
          set user1_reputation = coalesce(m.user1_reputation, 0) + c.completed,
              user2_reputation = coalesce(m.user2_reputation, 0) + c.completed
          from (
            select match_id, count(*)::int as completed from written
            where event = {Completed} group by match_id order by match_id) c
          where m.id = any (array[c.match_id])),
        logged as (
          insert into wingman.events (session_id, kind, actor, at, operator, detail, host)
          select id, {StoredNames.EventKindArray}[event + 1], actor, at, operator, reason, $16 from written)
        """;

    private static readonly string PlainSql = $"""
        with {Input},
        {Written("")}
        select ord, version from written
        """;

    // Takes the locks that are free first, so that a row that another transaction has locked delays no other row. With `no key`, a match does
    // not count as locked because another transaction inserts a session of it.
    private static readonly string SkippingSql = $"""
        with {Input},
        free_matches as materialized (
          select m.id
          from (select distinct match_id from input where event = {Completed} order by match_id) i
          cross join lateral (select id from public.wingman_matches where id = any (array[i.match_id]) for no key update skip locked) m),
        free_sessions as materialized (
          select i.ord
          from input i
          cross join lateral (select id from public.wingman_sessions where id = any (array[i.id]) for no key update skip locked) s
          where i.event <> {Completed} or i.match_id in (select id from free_matches)),
        {Written(" and i.ord in (select ord from free_sessions)")}
        select ord, version from written
        union all
        select i.ord, null from input i
        where i.ord not in (select ord from free_sessions)
          and exists (select from public.wingman_sessions s where s.id = any (array[i.id]) and s.xmin = i.version)
        """;

    public void Fill(IReadOnlyList<SessionWriteRequest> batch)
    {
        Clear();
        foreach (var request in batch)
        {
            var next = request.Next;
            _id.Add(request.Row!.Value);
            _version.Add(request.Expected!.Value.Xmin);
            _match.Add(next.Match.Value);
            _user1.Add(next.User1.Value);
            _user2.Add(next.User2.Value);
            _user1Confirmed.Add(next.User1Confirmed);
            _user2Confirmed.Add(next.User2Confirmed);
            _completedAt.Add(next.CompletedAt?.UtcDateTime);
            _event.Add((short)next.Event.Kind);
            _actor.Add(next.Event.Actor?.Value);
            _at.Add(next.Event.At.UtcDateTime);
            _notes.Add(next.NewNotes);
            _operator.Add(next.Event.Act?.Operator);
            _reason.Add(next.Event.Act?.Reason);
            // An event that does not change the status leaves it as it is, even if the row has none.
            _status.Add(next.Event.Kind is EventKind.Confirmed or EventKind.NotesUpdated or EventKind.Excused ? NoStatus : (short)next.Status);
        }
    }
}
