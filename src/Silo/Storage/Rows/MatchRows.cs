using Npgsql;
using NpgsqlTypes;
using Wingman.Events;
using Wingman.Matches;
using Wingman.Silo.Storage.Batching;
using Wingman.State;

namespace Wingman.Silo.Storage.Rows;

/// <summary>A match's row to read. Its result is null where there is no such match.</summary>
/// <param name="match">The match.</param>
/// <param name="timeout">How long the caller waits.</param>
internal sealed class MatchReadRequest(MatchId match, TimeSpan timeout) : BatchRequest<Versioned<MatchState>?>(timeout)
{
    public override string Subject => $"Match {match}";

    public MatchId Match => match;
}

/// <summary>A match's row to write.</summary>
/// <param name="match">The match.</param>
/// <param name="expected">The version that was decided on; null to insert the row.</param>
/// <param name="next">The state to store, with the session to insert.</param>
/// <param name="timeout">How long the caller waits.</param>
internal sealed class MatchWriteRequest(MatchId match, RowVersion? expected, MatchState next, TimeSpan timeout) : WriteRequest(expected, timeout)
{
    public override string Subject => $"Match {match}";

    public override Guid? Row => match.Value;

    public MatchState Next => next;
}

/// <summary>Reads matches, each with the few of its sessions that are active.</summary>
internal sealed class MatchRead : LaneStatement, IBatchedRead<MatchReadRequest, Versioned<MatchState>?>
{
    private readonly List<Guid> _id;

    public MatchRead() => _id = AddArray<Guid>(NpgsqlDbType.Uuid);

    public LaneStatement Statement => this;

    // `offset 0` keeps the planner from using an index on the status, which would not lead to the sessions of one match.
    public override string Sql => """
        select i.ord, m.version, m.user1_id, m.user2_id, coalesce(m.status, 'pending'),
               array(
                 select s.id from (select id, status from public.wingman_sessions where match_id = i.id offset 0) s
                 where s.status in ('scheduled', 'in_progress') or s.status is null
                 order by s.id desc limit 8)
        from unnest($1::uuid[]) with ordinality as i (id, ord)
        cross join lateral (select *, xmin as version from public.wingman_matches where id = i.id limit 1) m
        """;

    public void Fill(IReadOnlyList<MatchReadRequest> batch)
    {
        Clear();
        foreach (var request in batch) _id.Add(request.Match.Value);
    }

    public Versioned<MatchState>? Read(MatchReadRequest request, NpgsqlDataReader? row, int era)
    {
        if (row is null) return null;

        var state = new MatchState
        {
            User1 = new(row.GetGuid(2)),
            User2 = new(row.GetGuid(3)),
            Status = row.GetString(4),
            ActiveSessions = row.GetFieldValue<Guid[]>(5),
        };
        return new(state, new(era, row.GetFieldValue<uint>(1)));
    }
}

/// <summary>
/// Writes matches: inserts a new one, sets the status of one whose version is the one that was decided on, and inserts the
/// session that it schedules, with a line of the log. All of it is this one statement, and so one commit.
/// </summary>
internal sealed class MatchWrite : LaneStatement, IBatchedWrite<MatchWriteRequest>
{
    private readonly List<Guid> _id;
    private readonly List<uint?> _version;
    private readonly List<Guid> _user1;
    private readonly List<Guid> _user2;
    private readonly List<string> _status;
    private readonly List<Guid?> _session;
    private readonly List<string?> _venueName;
    private readonly List<DateTime?> _scheduledAt;
    private readonly List<Guid?> _challenge1;
    private readonly List<Guid?> _challenge2;
    private readonly List<DateTime?> _createdAt;
    private readonly List<Guid?> _actor;

    /// <summary>Creates a lane's statement.</summary>
    /// <param name="host">This host's name, for the log.</param>
    /// <param name="skipLocked">Whether rows that another transaction has locked are skipped instead of waited for.</param>
    public MatchWrite(string host, bool skipLocked)
    {
        _id = AddArray<Guid>(NpgsqlDbType.Uuid);
        _version = AddArray<uint?>(NpgsqlDbType.Xid);
        _user1 = AddArray<Guid>(NpgsqlDbType.Uuid);
        _user2 = AddArray<Guid>(NpgsqlDbType.Uuid);
        _status = AddArray<string>(NpgsqlDbType.Text);
        _session = AddArray<Guid?>(NpgsqlDbType.Uuid);
        _venueName = AddArray<string?>(NpgsqlDbType.Text);
        _scheduledAt = AddArray<DateTime?>(NpgsqlDbType.TimestampTz);
        _challenge1 = AddArray<Guid?>(NpgsqlDbType.Uuid);
        _challenge2 = AddArray<Guid?>(NpgsqlDbType.Uuid);
        _createdAt = AddArray<DateTime?>(NpgsqlDbType.TimestampTz);
        _actor = AddArray<Guid?>(NpgsqlDbType.Uuid);
        AddText(host);
        Sql = skipLocked ? SkippingSql : PlainSql;
    }

    public LaneStatement Statement => this;

    public override string Sql { get; }

    private const string Input = """
        input as materialized (
          select * from unnest($1::uuid[], $2::xid[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::text[],
                               $8::timestamptz[], $9::uuid[], $10::uuid[], $11::timestamptz[], $12::uuid[])
            with ordinality as i (id, version, user1_id, user2_id, status, session_id, venue_name,
                                  scheduled_time, user1_challenge_id, user2_challenge_id, created_at, actor, ord))
        """;

    // Why scheduling updates the match's row, although nothing in it changes: the new version makes every other attempt that
    // decided on the old one a conflict. To check for an active session and then insert one would let two through, even under a
    // lock, since a statement does not see what was committed after it began. Another program's insert at the same moment can
    // only be excluded by the unique index that a fresh database has.
    private static string Written(string condition) => $"""
        inserted as (
          insert into public.wingman_matches as m (id, user1_id, user2_id, status)
          select id, user1_id, user2_id, status from input where version is null
          on conflict (id) do nothing
          returning m.id, m.xmin as version),
        updated as (
          update public.wingman_matches as m
          set status = i.status
          from input i
          where m.id = any (array[i.id]) and m.xmin = i.version{condition}
            and (i.session_id is null or not exists (
              select from (select status from public.wingman_sessions where match_id = i.id offset 0) s
              where s.status in ('scheduled', 'in_progress') or s.status is null))
          returning i.*, m.xmin as new_version),
        scheduled as (
          insert into public.wingman_sessions
            (id, match_id, venue_name, scheduled_time, status, user1_challenge_id, user2_challenge_id, created_at)
          select session_id, id, venue_name, scheduled_time, 'scheduled', user1_challenge_id, user2_challenge_id, created_at
          from updated where session_id is not null),
        logged as (
          insert into wingman.events (session_id, kind, actor, at, host)
          select session_id, '{StoredNames.Of(EventKind.Scheduled)}', actor, created_at, $13
          from updated where session_id is not null)
        """;

    private const string Stored = """
        select ord, new_version as version from updated
        union all
        select i.ord, n.version from inserted n cross join lateral (select ord from input where id = n.id limit 1) i
        """;

    private static readonly string PlainSql = $"""
        with {Input},
        {Written("")}
        {Stored}
        """;

    private static readonly string SkippingSql = $"""
        with {Input},
        free as materialized (
          select i.ord
          from input i
          cross join lateral (select id from public.wingman_matches where id = any (array[i.id]) for no key update skip locked) m),
        {Written(" and i.ord in (select ord from free)")}
        {Stored}
        union all
        select i.ord, null from input i
        where i.ord not in (select ord from free)
          and exists (select from public.wingman_matches m where m.id = any (array[i.id]) and m.xmin = i.version)
        """;

    public void Fill(IReadOnlyList<MatchWriteRequest> batch)
    {
        Clear();
        foreach (var request in batch)
        {
            var next = request.Next;
            var session = next.NewSession;
            _id.Add(request.Row!.Value);
            _version.Add(request.Expected?.Xmin);
            _user1.Add(next.User1.Value);
            _user2.Add(next.User2.Value);
            _status.Add(next.Status);
            _session.Add(session?.Id.Value);
            _venueName.Add(session?.VenueName);
            _scheduledAt.Add(session?.ScheduledAt.UtcDateTime);
            _challenge1.Add(session?.User1ChallengeId);
            _challenge2.Add(session?.User2ChallengeId);
            _createdAt.Add(session?.CreatedAt.UtcDateTime);
            _actor.Add(session?.ScheduledBy?.Value);
        }
    }
}
