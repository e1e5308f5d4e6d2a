using System.Globalization;
using Npgsql;
using Wingman.Sessions;

namespace Wingman.Grains.Tests.Cluster;

/// <summary>A session with all whom it concerns.</summary>
internal sealed record Meeting(SessionId Session, MatchId Match, UserId User1, UserId User2);

/// <summary>A session's row as it stands.</summary>
internal sealed record SessionRow(string Status, bool User1Confirmed, bool User2Confirmed, DateTimeOffset? CompletedAt);

/// <summary>Does in the tables what the rest of the product does there, and reads what it would read.</summary>
internal sealed class ProductTables(NpgsqlDataSource database, TimeProvider clock)
{
    public static Meeting NewMeeting() => new(new(Guid.NewGuid()), new(Guid.NewGuid()), new(Guid.NewGuid()), new(Guid.NewGuid()));

    /// <summary>Inserts an accepted match with a session of tomorrow.</summary>
    public async Task<Meeting> AddMeetingAsync(
        string status = "scheduled", bool user1Confirmed = false, bool user2Confirmed = false, TimeSpan? startsIn = null, Meeting? meeting = null)
    {
        meeting ??= NewMeeting();
        await AddMatchAsync(meeting);
        await AddSessionAsync(meeting, status, user1Confirmed, user2Confirmed, startsIn);
        return meeting;
    }

    public Task AddMatchAsync(Meeting meeting, string status = "accepted") => ExecuteAsync(
        "insert into public.wingman_matches (id, user1_id, user2_id, status) values ($1, $2, $3, $4) on conflict (id) do nothing",
        meeting.Match.Value, meeting.User1.Value, meeting.User2.Value, status);

    public Task AddSessionAsync(
        Meeting meeting, string status = "scheduled", bool user1Confirmed = false, bool user2Confirmed = false, TimeSpan? startsIn = null) => ExecuteAsync(
        """
        insert into public.wingman_sessions
          (id, match_id, venue_name, scheduled_time, status, completed_at, user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1)
        values ($1, $2, 'Cafe', $3, $4, case when $4 = 'completed' then $3 end, $5, $6)
        """,
        meeting.Session.Value, meeting.Match.Value, (clock.GetUtcNow() + (startsIn ?? TimeSpan.FromDays(1))).UtcDateTime, status, user1Confirmed, user2Confirmed);

    /// <summary>Inserts many meetings at once.</summary>
    public async Task<Meeting[]> AddMeetingsAsync(int count, TimeSpan? startsIn = null)
    {
        Meeting[] meetings = [.. Enumerable.Range(0, count).Select(_ => NewMeeting())];
        await ExecuteAsync(
            "insert into public.wingman_matches (id, user1_id, user2_id, status) select m, u1, u2, 'accepted' from unnest($1, $2, $3) t (m, u1, u2)",
            Column(meetings, m => m.Match.Value), Column(meetings, m => m.User1.Value), Column(meetings, m => m.User2.Value));
        await ExecuteAsync(
            "insert into public.wingman_sessions (id, match_id, scheduled_time) select s, m, $3 from unnest($1, $2) t (s, m)",
            Column(meetings, m => m.Session.Value), Column(meetings, m => m.Match.Value),
            (clock.GetUtcNow() + (startsIn ?? TimeSpan.FromDays(1))).UtcDateTime);
        return meetings;
    }

    /// <summary>Inserts credits straight into the ledger, as if their sessions had ended here long ago.</summary>
    public Task AddCreditsAsync(UserId user, int count, DateTimeOffset at) => ExecuteAsync(
        "insert into public.reputation_credits (user_id, session_id, outcome, created_at) select $1, gen_random_uuid(), 'completed', $3 from generate_series(1, $2)",
        user.Value, count, at.UtcDateTime);

    public Task SetAsync(SessionId session, string assignments) =>
        ExecuteAsync($"update public.wingman_sessions set {assignments} where id = $1", session.Value);

    public async Task<SessionRow> SessionAsync(SessionId session)
    {
        await using var command = Command(
            """
            select status, user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1, completed_at
            from public.wingman_sessions where id = $1
            """,
            session.Value);
        await using var reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync(), $"session {session} has no row");
        return new(reader.GetString(0), reader.GetBoolean(1), reader.GetBoolean(2), reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3));
    }

    /// <summary>The ledger's lines of a session, as "user: outcome" with the user's number, in order.</summary>
    public Task<string[]> CreditsAsync(Meeting meeting) => ListAsync(
        """
        select case user_id when $2 then 'user1' when $3 then 'user2' else user_id::text end || ': ' || outcome
        from public.reputation_credits where session_id = $1 order by 1
        """,
        meeting.Session.Value, meeting.User1.Value, meeting.User2.Value);

    public async Task<long> CountAsync(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    public async Task ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<string[]> ListAsync(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync();
        List<string> rows = [];
        while (await reader.ReadAsync()) rows.Add(reader.GetString(0));
        return [.. rows];
    }

    private static Guid[] Column(Meeting[] meetings, Func<Meeting, Guid> value) => [.. meetings.Select(value)];

    private NpgsqlCommand Command(string sql, params object[] parameters)
    {
        var command = database.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return command;
    }
}
