using System.Globalization;
using Npgsql;
using Wingman.Testing;

namespace Wingman.Grains.Tests.Cluster;

/// <summary>Writes to the tables what other programs than Wingman write there, and reads what anyone can read.</summary>
/// <param name="database">The database.</param>
/// <param name="clock">The clock of the cluster.</param>
/// <param name="hasProfiles">Whether users need a profile, as the product's own tables require.</param>
internal sealed class Tables(NpgsqlDataSource database, TimeProvider clock, bool hasProfiles)
{
    /// <summary>Sets the flag of user1's own confirmation; the name of the column is the product's.</summary>
    public const string SetUser1 = "user1_completed_confirmed_by_user2 = true";

    /// <inheritdoc cref="SetUser1"/>
    public const string SetUser2 = "user2_completed_confirmed_by_user1 = true";

    /// <summary>Inserts an accepted match with a session of tomorrow.</summary>
    public async Task<Meeting> AddMeetingAsync(
        string? status = "scheduled", bool? user1 = false, bool? user2 = false, TimeSpan? startsIn = null, Meeting? meeting = null)
    {
        meeting ??= Meeting.New();
        await AddMatchAsync(meeting);
        await AddSessionAsync(meeting, status, user1, user2, startsIn);
        return meeting;
    }

    public async Task AddMatchAsync(Meeting meeting, string? status = "accepted")
    {
        await AddProfilesAsync([meeting]);
        await ExecuteAsync(
            "insert into public.wingman_matches (id, user1_id, user2_id, status) values ($1, $2, $3, $4) on conflict (id) do nothing",
            meeting.Match.Value, meeting.User1.Value, meeting.User2.Value, status);
    }

    public Task AddSessionAsync(
        Meeting meeting, string? status = "scheduled", bool? user1 = false, bool? user2 = false, TimeSpan? startsIn = null) => ExecuteAsync(
        """
        insert into public.wingman_sessions
          (id, match_id, venue_name, scheduled_time, status, completed_at, user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1)
        values ($1, $2, 'Cafe', $3, $4::text, case when $4::text = 'completed' then $3 end, $5::boolean, $6::boolean)
        """,
        meeting.Session.Value, meeting.Match.Value, (clock.GetUtcNow() + (startsIn ?? TimeSpan.FromDays(1))).UtcDateTime, status, user1, user2);

    /// <summary>Inserts many meetings at once, or many sessions of the matches that are given.</summary>
    public async Task<Meeting[]> AddMeetingsAsync(int count, TimeSpan? startsIn = null)
    {
        Meeting[] meetings = [.. Enumerable.Range(0, count).Select(_ => Meeting.New())];
        await AddProfilesAsync(meetings);
        await ExecuteAsync(
            "insert into public.wingman_matches (id, user1_id, user2_id, status) select m, u1, u2, 'accepted' from unnest($1, $2, $3) t (m, u1, u2)",
            Column(meetings, m => m.Match.Value), Column(meetings, m => m.User1.Value), Column(meetings, m => m.User2.Value));
        await AddSessionsAsync(meetings, startsIn);
        return meetings;
    }

    /// <summary>Inserts the sessions of matches that exist.</summary>
    public Task AddSessionsAsync(Meeting[] meetings, TimeSpan? startsIn = null) => ExecuteAsync(
        "insert into public.wingman_sessions (id, match_id, scheduled_time) select s, m, $3 from unnest($1, $2) t (s, m)",
        Column(meetings, m => m.Session.Value),
        Column(meetings, m => m.Match.Value),
        (clock.GetUtcNow() + (startsIn ?? TimeSpan.FromDays(1))).UtcDateTime);

    public Task SetAsync(SessionId session, string assignments) =>
        ExecuteAsync($"update public.wingman_sessions set {assignments} where id = $1", session.Value);

    public Task SetAsync(MatchId match, string assignments) =>
        ExecuteAsync($"update public.wingman_matches set {assignments} where id = $1", match.Value);

    public Task DeleteAsync(SessionId session) => ExecuteAsync("delete from public.wingman_sessions where id = $1", session.Value);

    public Task DeleteAsync(MatchId match) => ExecuteAsync("delete from public.wingman_matches where id = $1", match.Value);

    /// <summary>Deletes a user's profile, and with it, by the product's foreign keys, every match and session of that user.</summary>
    public Task DeleteAsync(UserId user) => ExecuteAsync("delete from public.user_profiles where id = $1", user.Value);

    /// <summary>The session's row, or null if there is none.</summary>
    public async Task<SessionRow?> FindAsync(SessionId session)
    {
        await using var command = database.CreateCommand(
            """
            select status, user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1, scheduled_time, completed_at, notes
            from public.wingman_sessions where id = $1
            """,
            session.Value);
        await using var row = await command.ExecuteReaderAsync();
        return await row.ReadAsync()
            ? new(Text(row, 0), Value<bool>(row, 1), Value<bool>(row, 2), Value<DateTimeOffset>(row, 3), Value<DateTimeOffset>(row, 4), Text(row, 5))
            : null;
    }

    public async Task<SessionRow> SessionAsync(SessionId session) =>
        await FindAsync(session) ?? throw new InvalidOperationException($"Session {session} has no row.");

    public async Task<MatchRow> MatchAsync(MatchId match)
    {
        await using var command = database.CreateCommand("select status, user1_reputation, user2_reputation from public.wingman_matches where id = $1", match.Value);
        await using var row = await command.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync(), $"match {match} has no row");
        return new(Text(row, 0), Value<int>(row, 1), Value<int>(row, 2));
    }

    /// <summary>The lines of a session, in order.</summary>
    public Task<LogLine[]> LogAsync(SessionId session) => LinesAsync("session_id = $1", session.Value);

    /// <summary>The kinds of a session's lines that were written with a change, in order.</summary>
    public async Task<string[]> TransitionsAsync(SessionId session) =>
        [.. (await LogAsync(session)).Select(static line => line.Kind).Where(static kind => kind != "observed")];

    /// <summary>What was announced of a user's reputation, in order.</summary>
    public Task<LogLine[]> AnnouncementsAsync(UserId user) => LinesAsync("actor = $1 and kind = 'reputation_changed'", user.Value);

    public async Task<long> CountAsync(string sql, params object?[] parameters)
    {
        await using var command = database.CreateCommand(sql, parameters);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    public Task ExecuteAsync(string sql, params object?[] parameters) => database.ExecuteAsync(sql, parameters);

    /// <summary>One column of text.</summary>
    public async Task<string[]> ListAsync(string sql, params object?[] parameters) => [.. await database.ColumnAsync<string>(sql, parameters)];

    private static Guid[] Column(Meeting[] meetings, Func<Meeting, Guid> value) => [.. meetings.Select(value)];

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static T? Value<T>(NpgsqlDataReader row, int column)
        where T : struct => row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);

    private async Task AddProfilesAsync(Meeting[] meetings)
    {
        if (!hasProfiles) return;
        await ExecuteAsync(
            "insert into public.user_profiles (id) select u from unnest($1) u on conflict do nothing",
            new object[] { meetings.SelectMany(static m => new[] { m.User1.Value, m.User2.Value }).ToArray() });
    }

    private async Task<LogLine[]> LinesAsync(string condition, Guid id)
    {
        await using var command = database.CreateCommand($"select kind, actor, detail from wingman.events where {condition} order by tx, id", id);
        await using var row = await command.ExecuteReaderAsync();
        List<LogLine> lines = [];
        while (await row.ReadAsync()) lines.Add(new(row.GetString(0), Value<Guid>(row, 1) is { } actor ? new UserId(actor) : null, Text(row, 2)));
        return [.. lines];
    }
}
