using Npgsql;
using NpgsqlTypes;
using Wingman.Sessions;
using Wingman.Silo.Storage.Batching;

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

    // LIMIT 1 makes each look-up one by the primary key, whatever the planner believes of the tables' sizes.
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

/// <summary>Reads sessions with all that their participants may see.</summary>
internal sealed class SessionDetailsRead : LaneStatement, IBatchedRead<SessionReadRequest<SessionDetails?>, SessionDetails?>
{
    private readonly List<Guid> _id;

    public SessionDetailsRead() => _id = AddArray<Guid>(NpgsqlDbType.Uuid);

    public LaneStatement Statement => this;

    public override string Sql => """
        select i.ord, s.match_id, m.user1_id, m.user2_id, s.status,
               coalesce(s.user1_completed_confirmed_by_user2, false), coalesce(s.user2_completed_confirmed_by_user1, false),
               s.scheduled_time, s.completed_at, s.venue_name, s.user1_challenge_id, s.user2_challenge_id, s.notes
        from unnest($1::uuid[]) with ordinality as i (id, ord)
        cross join lateral (select * from public.wingman_sessions where id = i.id limit 1) s
        cross join lateral (select user1_id, user2_id from public.wingman_matches where id = s.match_id limit 1) m
        """;

    public void Fill(IReadOnlyList<SessionReadRequest<SessionDetails?>> batch)
    {
        Clear();
        foreach (var request in batch) _id.Add(request.Session.Value);
    }

    public SessionDetails? Read(SessionReadRequest<SessionDetails?> request, NpgsqlDataReader? row, int era)
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
        return new(snapshot, row.GetTextOrNull(9), row.GetGuidOrNull(10), row.GetGuidOrNull(11), row.GetTextOrNull(12));
    }
}
