using Npgsql;
using NpgsqlTypes;
using Wingman.Reputation;
using Wingman.Silo.Storage.Batching;

namespace Wingman.Silo.Storage.Queries;

/// <summary>A user's credits, counted.</summary>
/// <param name="user">The user.</param>
/// <param name="withBrought">Whether to count, in the same snapshot, what ended before this service took over.</param>
/// <param name="timeout">How long the caller waits.</param>
internal sealed class FoldRequest(UserId user, bool withBrought, TimeSpan timeout) : BatchRequest<Fold>(timeout)
{
    public UserId User { get; } = user;

    public bool WithBrought { get; } = withBrought;

    /// <inheritdoc/>
    public override string Subject => $"The reputation of user {User}";
}

/// <summary>What the tables say of a user.</summary>
/// <param name="Brought">Sessions that ended without a credit of ours; none if they were not asked for.</param>
/// <param name="Folded">Credits.</param>
internal readonly record struct Fold(CreditCounts Brought, CreditCounts Folded);

/// <summary>Counts the credits of many users in one statement, and so in one snapshot.</summary>
internal sealed class ReputationFold : LaneStatement, IBatchedRead<FoldRequest>
{
    private readonly List<Guid> _user;
    private readonly List<bool> _withBrought;

    public ReputationFold()
    {
        _user = AddArray<Guid>(NpgsqlDbType.Uuid);
        _withBrought = AddArray<bool>(NpgsqlDbType.Boolean);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// What was brought is counted as the existing backend counts: a completed session for both, a no-show for whoever did
    /// not confirm. OFFSET 0 keeps the status out of the look-up by match: while few sessions are over, the index on it seems
    /// a good way.
    /// </remarks>
    public override string Sql => """
        select i.ord, brought.completed, brought.no_shows, folded.completed, folded.no_shows
        from unnest($1::uuid[], $2::bool[]) with ordinality as i (user_id, with_brought, ord)
        cross join lateral (
          select count(*) filter (where s.status = 'completed') as completed,
                 count(*) filter (where s.status = 'no_show' and not coalesce(
                   case when m.user1_id = i.user_id then s.user1_completed_confirmed_by_user2 else s.user2_completed_confirmed_by_user1 end, false))
                   as no_shows
          from (
            select id, user1_id from public.wingman_matches where user1_id = i.user_id and i.with_brought
            union all
            select id, user1_id from public.wingman_matches where user2_id = i.user_id and user1_id <> i.user_id and i.with_brought) m
          cross join lateral (select * from public.wingman_sessions where match_id = m.id offset 0) s
          where s.status in ('completed', 'no_show')
            and not exists (select from public.reputation_credits c where c.user_id = i.user_id and c.session_id = s.id)) brought
        cross join lateral (
          select count(*) filter (where c.outcome = 'completed') as completed, count(*) filter (where c.outcome = 'no_show') as no_shows
          from public.reputation_credits c
          where c.user_id = i.user_id) folded
        """;

    /// <inheritdoc/>
    public LaneStatement Statement => this;

    /// <inheritdoc/>
    public void Fill(IReadOnlyList<FoldRequest> batch)
    {
        _user.Clear();
        _withBrought.Clear();
        foreach (var request in batch)
        {
            _user.Add(request.User.Value);
            _withBrought.Add(request.WithBrought);
        }
    }

    /// <inheritdoc/>
    public void Answer(FoldRequest request, NpgsqlDataReader? row)
    {
        if (row is null) throw new InvalidOperationException("Counting always yields a row.");
        request.TrySetResult(new(new(row.GetInt64(1), row.GetInt64(2)), new(row.GetInt64(3), row.GetInt64(4))));
    }
}
