using Npgsql;
using NpgsqlTypes;
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

    // LIMIT 1 makes each look-up one by the primary key, even if the planner takes the tables for small ones.
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

/// <summary>Reads sessions with all that their participants may see, and when in the order of changes that is.</summary>
internal sealed class SessionDetailsRead : LaneStatement, IBatchedRead<SessionReadRequest<SessionNews?>, SessionNews?>
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

    public void Fill(IReadOnlyList<SessionReadRequest<SessionNews?>> batch)
    {
        Clear();
        foreach (var request in batch) _id.Add(request.Session.Value);
    }

    public SessionNews? Read(SessionReadRequest<SessionNews?> request, NpgsqlDataReader? row, int era)
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
