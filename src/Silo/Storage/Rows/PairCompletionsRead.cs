using Npgsql;
using NpgsqlTypes;
using Wingman.Silo.Storage.Batching;

namespace Wingman.Silo.Storage.Rows;

/// <summary>The completions of two users with each other to count.</summary>
/// <param name="user1">One user.</param>
/// <param name="user2">The other.</param>
/// <param name="since">Those of the day after this time.</param>
/// <param name="timeout">How long the caller waits.</param>
internal sealed class PairCompletionsRequest(UserId user1, UserId user2, DateTimeOffset since, TimeSpan timeout) : BatchRequest<long>(timeout)
{
    public override string Subject => $"The completions of users {user1} and {user2}";

    public UserId User1 => user1;

    public UserId User2 => user2;

    public DateTimeOffset Since => since;
}

/// <summary>Counts how many sessions pairs of users have completed within a day, in all their matches.</summary>
internal sealed class PairCompletionsRead : LaneStatement, IBatchedRead<PairCompletionsRequest, long>
{
    private readonly List<Guid> _user1;
    private readonly List<Guid> _user2;
    private readonly List<DateTime> _since;

    public PairCompletionsRead()
    {
        _user1 = AddArray<Guid>(NpgsqlDbType.Uuid);
        _user2 = AddArray<Guid>(NpgsqlDbType.Uuid);
        _since = AddArray<DateTime>(NpgsqlDbType.TimestampTz);
    }

    public LaneStatement Statement => this;

    // The day has a minute more, since hosts' clocks differ a little. It has an end, since a completion that was stamped by a clock that had
    // jumped ahead would otherwise count for longer than a day, by as much as that clock was ahead.
    public override string Sql => """
        select i.ord, c.completions
        from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) with ordinality as i (user1_id, user2_id, since, ord)
        cross join lateral (
          select count(*) as completions
          from (select id from public.wingman_matches where user1_id = i.user1_id and user2_id = i.user2_id
                union all
                select id from public.wingman_matches where user1_id = i.user2_id and user2_id = i.user1_id) m
          cross join lateral (select * from public.wingman_sessions where match_id = m.id offset 0) s
          where s.status = 'completed' and s.completed_at > i.since and s.completed_at <= i.since + interval '24 hours 1 minute') c
        """;

    public void Fill(IReadOnlyList<PairCompletionsRequest> batch)
    {
        Clear();
        foreach (var request in batch)
        {
            _user1.Add(request.User1.Value);
            _user2.Add(request.User2.Value);
            _since.Add(request.Since.UtcDateTime);
        }
    }

    public long Read(PairCompletionsRequest request, NpgsqlDataReader? row, int era) =>
        row?.GetInt64(1) ?? throw new InvalidOperationException("A count always yields a row.");
}
