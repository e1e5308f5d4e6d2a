using Orleans.Storage;
using Wingman.Sessions;

namespace Wingman.Storage.Tests;

/// <summary>A session that only the product's tables know of.</summary>
internal sealed record SeededSession(Guid Id, Guid Match, Guid User1, Guid User2)
{
    public static readonly DateTimeOffset Then = new(2026, 3, 4, 18, 30, 0, TimeSpan.Zero);

    /// <summary>Inserts accepted matches, each with one session.</summary>
    public static async Task<SeededSession[]> InsertAsync(StorageLab lab, int count)
    {
        SeededSession[] seeded = [.. Enumerable.Range(0, count).Select(_ => new SeededSession(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()))];
        await lab.ExecuteAsync(
            "insert into wingman_matches (id, user1_id, user2_id, status) select m, a, b, 'accepted' from unnest($1, $2, $3) as x (m, a, b)",
            seeded.Select(s => s.Match).ToArray(), seeded.Select(s => s.User1).ToArray(), seeded.Select(s => s.User2).ToArray());
        await lab.ExecuteAsync(
            "insert into wingman_sessions (id, match_id, venue_name, scheduled_time) select s, m, 'somewhere', $3 from unnest($1, $2) as x (s, m)",
            seeded.Select(s => s.Id).ToArray(), seeded.Select(s => s.Match).ToArray(), Then.UtcDateTime);
        return seeded;
    }

    public static async Task<SeededSession> InsertAsync(StorageLab lab) => (await InsertAsync(lab, 1))[0];

    /// <summary>Another session of the same match.</summary>
    public async Task<SeededSession> InsertAnotherAsync(StorageLab lab)
    {
        var another = this with { Id = Guid.NewGuid() };
        await lab.ExecuteAsync(
            "insert into wingman_sessions (id, match_id, scheduled_time) values ($1, $2, $3)", another.Id, Match, Then.UtcDateTime);
        return another;
    }

    public SessionState State(SessionStatus status, bool user1Confirmed = false, bool user2Confirmed = false) => new()
    {
        Match = new(Match),
        User1 = new(User1),
        User2 = new(User2),
        Status = status,
        User1Confirmed = user1Confirmed,
        User2Confirmed = user2Confirmed,
        ScheduledAt = Then,
        CompletedAt = status == SessionStatus.Completed ? Then.AddHours(2) : null,
    };

    public SessionState Completed => State(SessionStatus.Completed, true, true);

    public Cell<SessionState> Cell(IGrainStorage storage) => new(storage, TextCell.GrainOf(Id), "session");

    /// <summary>The session's row, its match's counters and its credits, as a line to compare.</summary>
    public Task<string> RowsAsync(StorageLab lab) => lab.ScalarAsync<string>("""
        select concat_ws(' ', s.status, s.user1_completed_confirmed_by_user2, s.user2_completed_confirmed_by_user1,
          coalesce(to_char(s.completed_at at time zone 'utc', 'HH24:MI'), '-'), m.user1_reputation, m.user2_reputation,
          coalesce((select string_agg(case c.user_id when m.user1_id then '1' when m.user2_id then '2' else '?' end || ':' || c.outcome, ',' order by c.user_id = m.user2_id)
            from reputation_credits c where c.session_id = s.id), 'none'))
        from wingman_sessions s join wingman_matches m on m.id = s.match_id where s.id = $1
        """, Id);
}
