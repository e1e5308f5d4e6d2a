using Wingman.Matches;

namespace Wingman.Storage.Tests.Fixtures;

/// <summary>A match that is in the tables or will be inserted.</summary>
internal sealed record SeededMatch(Guid Id, MatchState State)
{
    /// <summary>Inserts a match as another program does; takes <see cref="Parameters"/>.</summary>
    public const string InsertSql = "insert into wingman_matches (id, user1_id, user2_id, status) values ($1, $2, $3, 'accepted')";

    public MatchId Key => new(Id);

    public object[] Parameters => [Id, State.User1.Value, State.User2.Value];

    /// <summary>A match that is not in the tables yet; its users are.</summary>
    public static async Task<SeededMatch> NewAsync(StorageFixture fixture, string status = MatchStatus.Accepted)
    {
        var state = new MatchState { User1 = new(Guid.NewGuid()), User2 = new(Guid.NewGuid()), Status = status };
        await fixture.InsertUsersAsync(state.User1.Value, state.User2.Value);
        return new(Guid.NewGuid(), state);
    }

    public static async Task<SeededMatch> InsertNewAsync(StorageFixture fixture)
    {
        var match = await NewAsync(fixture);
        await match.InsertAsync(fixture);
        return match;
    }

    public static NewSession NewSession() => new()
    {
        Id = new(Guid.NewGuid()),
        VenueName = "Café",
        ScheduledAt = SeededSession.Then,
        CreatedAt = new(2026, 3, 1, 10, 0, 0, TimeSpan.Zero),
    };

    public Task InsertAsync(StorageFixture fixture) => fixture.ExecuteAsync(InsertSql, Parameters);

    /// <summary>The match's row and the statuses of its sessions, as a line to compare.</summary>
    public Task<string> RowsAsync(StorageFixture fixture) => fixture.ScalarAsync<string>("""
        select concat_ws(' ', user1_id, user2_id, coalesce(status, 'null'), user1_reputation, user2_reputation,
          coalesce((select string_agg(coalesce(s.status, 'null'), ',' order by s.id) from wingman_sessions s where s.match_id = m.id), '-'))
        from wingman_matches m where id = $1
        """, Id);
}
