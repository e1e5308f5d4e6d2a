using Npgsql;
using NpgsqlTypes;
using Wingman.Reputation;
using Wingman.Silo.Storage.Batching;

namespace Wingman.Silo.Storage.Rows;

/// <summary>A user's credits to count.</summary>
/// <param name="user">The user.</param>
/// <param name="timeout">How long the caller waits.</param>
internal sealed class ReputationCountRequest(UserId user, TimeSpan timeout) : BatchRequest<CreditCounts>(timeout)
{
    public override string Subject => $"The reputation of user {user}";

    public UserId User => user;
}

/// <summary>A page of a user's credits to read.</summary>
/// <param name="user">The user.</param>
/// <param name="after">Where the previous page ended.</param>
/// <param name="limit">At most how many credits.</param>
/// <param name="timeout">How long the caller waits.</param>
internal sealed class HistoryReadRequest(UserId user, CreditCursor? after, int limit, TimeSpan timeout) : BatchRequest<CreditPage>(timeout)
{
    public override string Subject => $"The history of user {user}";

    public UserId User => user;

    public CreditCursor? After => after;

    public int Limit => limit;
}

/// <summary>A user's sessions, as SQL: for a user <c>i.user_id</c> the row <c>s</c> of each session, and whether they are its first user.</summary>
internal static class SessionsOfUser
{
    // The two users of a match differ, so no match is in both parts. `offset 0` keeps the planner from using an index on the status, which it
    // would choose as long as few sessions are over.
    public const string Sql = """
        (select id, true as is_user1 from public.wingman_matches where user1_id = i.user_id
         union all
         select id, false from public.wingman_matches where user2_id = i.user_id) m
        cross join lateral (select * from public.wingman_sessions where match_id = m.id offset 0) s
        """;
}

/// <summary>Counts the credits of many users in one statement, and so in one snapshot.</summary>
internal sealed class ReputationCount : LaneStatement, IBatchedRead<ReputationCountRequest, CreditCounts>
{
    private readonly List<Guid> _user;

    /// <summary>Creates a lane's statement.</summary>
    /// <param name="counting">How credits are counted.</param>
    public ReputationCount(CreditCounting counting)
    {
        _user = AddArray<Guid>(NpgsqlDbType.Uuid);
        Sql = $"""
            select i.ord, c.completed, c.no_shows
            from unnest($1::uuid[]) with ordinality as i (user_id, ord)
            cross join lateral (
              select count(*) filter (where credit = 'completed') as completed, count(*) filter (where credit = 'no_show') as no_shows
              from (select {CreditSql.Of("s", "m.is_user1", counting)} as credit from {SessionsOfUser.Sql}) credits) c
            """;
    }

    public LaneStatement Statement => this;

    public override string Sql { get; }

    public void Fill(IReadOnlyList<ReputationCountRequest> batch)
    {
        Clear();
        foreach (var request in batch) _user.Add(request.User.Value);
    }

    public CreditCounts Read(ReputationCountRequest request, NpgsqlDataReader? row, int era)
    {
        if (row is null) throw new InvalidOperationException("A count always yields a row.");
        return new(row.GetInt64(1), row.GetInt64(2));
    }
}

/// <summary>Reads pages of many users' credits, newest first.</summary>
internal sealed class HistoryRead : LaneStatement, IBatchedRead<HistoryReadRequest, CreditPage>
{
    private readonly List<Guid> _user;
    private readonly List<DateTime> _at;
    private readonly List<Guid> _session;
    private readonly List<int> _limit;

    /// <summary>Creates a lane's statement.</summary>
    /// <param name="counting">How credits are counted.</param>
    public HistoryRead(CreditCounting counting)
    {
        _user = AddArray<Guid>(NpgsqlDbType.Uuid);
        _at = AddArray<DateTime>(NpgsqlDbType.TimestampTz);
        _session = AddArray<Guid>(NpgsqlDbType.Uuid);
        _limit = AddArray<int>(NpgsqlDbType.Integer);
        Sql = $"""
            select i.ord, page.ids, page.outcomes, page.times
            from unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::int4[]) with ordinality as i (user_id, at, session_id, page_limit, ord)
            cross join lateral (
              select array_agg(id order by at desc, id desc) as ids,
                     array_agg(credit order by at desc, id desc) as outcomes,
                     array_agg(at order by at desc, id desc) as times
              from (
                select id, credit, at
                from (
                  select s.id, {CreditSql.Of("s", "m.is_user1", counting)} as credit,
                         coalesce(s.completed_at, s.scheduled_time, s.created_at, '-infinity') as at
                  from {SessionsOfUser.Sql}) credits
                where credit is not null and (at, id) < (i.at, i.session_id)
                order by at desc, id desc
                limit i.page_limit) newest) page
            """;
    }

    public LaneStatement Statement => this;

    public override string Sql { get; }

    public void Fill(IReadOnlyList<HistoryReadRequest> batch)
    {
        Clear();
        foreach (var request in batch)
        {
            _user.Add(request.User.Value);
            // The greatest value is sent as infinity, after every credit.
            _at.Add(request.After?.At.UtcDateTime ?? DateTime.MaxValue);
            _session.Add(request.After?.Session.Value ?? Guid.AllBitsSet);
            // One more than asked for shows whether there is a next page.
            _limit.Add(request.Limit + 1);
        }
    }

    public CreditPage Read(HistoryReadRequest request, NpgsqlDataReader? row, int era)
    {
        if (row is null || row.IsDBNull(1)) return new([], null);

        var ids = row.GetFieldValue<Guid[]>(1);
        var outcomes = row.GetFieldValue<string[]>(2);
        var times = row.GetFieldValue<DateTime[]>(3);
        List<Credit> credits = [];
        for (var index = 0; index < Math.Min(ids.Length, request.Limit); index++)
            credits.Add(new(new(ids[index]), StoredNames.CreditOutcomeOf(outcomes[index]), new(times[index], TimeSpan.Zero)));

        return new(credits, ids.Length > request.Limit ? new(credits[^1].At, credits[^1].Session) : null);
    }
}
