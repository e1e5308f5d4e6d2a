using Npgsql;

namespace Wingman.SystemTests.TakeOver;

/// <summary>
/// What a backend without races would have written: each acknowledged call is applied to the rows, one after the other, each
/// completely or not at all.
/// <list type="bullet">
/// <item>A confirmation sets the caller's flag of a session that is open. When both are set, the session is completed, once, and each of
/// its match's counters grows by one.</item>
/// <item>A creation inserts a row with the requested values, scheduled and unconfirmed. Notes replace notes. The product may cancel.</item>
/// <item>Nothing else changes: a row that no call was about is the same version of the same row as before.</item>
/// </list>
/// A match belongs to one worker, so the calls about it have an order.
/// </summary>
internal sealed class ExpectedTables
{
    private readonly Dictionary<Guid, ExpectedSession> _sessions;
    private readonly Dictionary<Guid, ExpectedMatch> _matches;

    private ExpectedTables(IEnumerable<ExpectedSession> sessions, IEnumerable<ExpectedMatch> matches)
    {
        _sessions = sessions.ToDictionary(static session => session.Id);
        _matches = matches.ToDictionary(static match => match.Id);
        foreach (var session in _sessions.Values) _matches[session.Match].Sessions.Add(session);
    }

    public IReadOnlyCollection<ExpectedSession> Sessions => _sessions.Values;

    public IReadOnlyCollection<ExpectedMatch> Matches => _matches.Values;

    /// <summary>The tables as they are.</summary>
    public static async Task<ExpectedTables> ReadAsync(NpgsqlDataSource database) =>
        new(await SessionsAsync(database), await MatchesAsync(database));

    /// <summary>Adds a session that a call created. It is called by the worker that the match belongs to.</summary>
    public ExpectedSession Add(ExpectedSession session)
    {
        lock (_sessions) _sessions.Add(session.Id, session);
        _matches[session.Match].Sessions.Add(session);
        return session;
    }

    /// <summary>Adds a match that another program created; its sessions are added one by one.</summary>
    public void AddMatch(ExpectedMatch match)
    {
        match.Sessions.Clear();
        lock (_matches) _matches.Add(match.Id, match);
    }

    /// <summary>Compares with the tables.</summary>
    /// <param name="database">Where they are.</param>
    /// <param name="from">When the calls began.</param>
    /// <param name="until">When they had ended.</param>
    /// <returns>A line for each row that is not as expected.</returns>
    public async Task<List<string>> CompareAsync(NpgsqlDataSource database, DateTimeOffset from, DateTimeOffset until)
    {
        List<string> wrong = [];
        var stored = (await SessionsAsync(database)).ToDictionary(static session => session.Id);
        foreach (var expected in _sessions.Values)
        {
            if (!stored.Remove(expected.Id, out var row)) wrong.Add($"session {expected.Id} is gone");
            else if (!expected.Matches(row, from, until)) wrong.Add($"session expected {expected}\n        stored   {row}");
        }

        wrong.AddRange(stored.Keys.Select(static id => $"session {id} was created by nobody"));
        var matches = (await MatchesAsync(database)).ToDictionary(static match => match.Id);
        foreach (var expected in _matches.Values)
        {
            if (!matches.Remove(expected.Id, out var row)) wrong.Add($"match {expected.Id} is gone");
            else if (!expected.Matches(row)) wrong.Add($"match   expected {expected}\n        stored   {row}");
        }

        wrong.AddRange(matches.Keys.Select(static id => $"match {id} was created by nobody"));
        return wrong;
    }

    private static async Task<List<ExpectedSession>> SessionsAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("""
            select s.id, s.match_id, s.status, s.user1_completed_confirmed_by_user2, s.user2_completed_confirmed_by_user1, s.notes, s.venue_name,
                   s.scheduled_time, s.user1_challenge_id, s.user2_challenge_id, s.completed_at, s.created_at, s.xmin, s.ctid::text
            from public.wingman_sessions s
            """);
        await using var row = await command.ExecuteReaderAsync();
        List<ExpectedSession> all = [];
        while (await row.ReadAsync())
        {
            all.Add(new(row.GetGuid(0), row.GetGuid(1))
            {
                Status = Text(row, 2),
                Flag1 = Value<bool>(row, 3),
                Flag2 = Value<bool>(row, 4),
                Notes = Text(row, 5),
                Venue = Text(row, 6),
                ScheduledAt = Value<DateTimeOffset>(row, 7),
                Challenge1 = Value<Guid>(row, 8),
                Challenge2 = Value<Guid>(row, 9),
                CompletedAt = Value<DateTimeOffset>(row, 10),
                CreatedAt = Value<DateTimeOffset>(row, 11),
                Version = $"{row.GetFieldValue<uint>(12)} {row.GetString(13)}",
            });
        }

        return all;
    }

    private static async Task<List<ExpectedMatch>> MatchesAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(
            "select id, user1_id, user2_id, status, user1_reputation, user2_reputation, created_at, xmin, ctid::text from public.wingman_matches");
        await using var row = await command.ExecuteReaderAsync();
        List<ExpectedMatch> all = [];
        while (await row.ReadAsync())
        {
            all.Add(new(row.GetGuid(0), row.GetGuid(1), row.GetGuid(2), Text(row, 3), Value<DateTimeOffset>(row, 6))
            {
                Counter1 = Value<int>(row, 4),
                Counter2 = Value<int>(row, 5),
                Version = $"{row.GetFieldValue<uint>(7)} {row.GetString(8)}",
            });
        }

        return all;
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static T? Value<T>(NpgsqlDataReader row, int column) where T : struct => row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);
}

/// <summary>A session's row, as it must be.</summary>
internal sealed record ExpectedSession(Guid Id, Guid Match)
{
    public string? Status { get; set; }

    public bool? Flag1 { get; set; }

    public bool? Flag2 { get; set; }

    public string? Notes { get; set; }

    public string? Venue { get; init; }

    public DateTimeOffset? ScheduledAt { get; init; }

    public Guid? Challenge1 { get; init; }

    public Guid? Challenge2 { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Null where a call created the row, at a moment between its sending and its answer.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>The row's version and place; null once a call was about it.</summary>
    public string? Version { get; set; }

    /// <summary>Whether a call created it.</summary>
    public bool IsNew { get; init; }

    /// <summary>Whether calls completed it.</summary>
    public bool IsCompletedByCalls { get; set; }

    public bool IsOpen => Status is "scheduled" or "in_progress" or null;

    public bool Matches(ExpectedSession row, DateTimeOffset from, DateTimeOffset until) =>
        row.Match == Match && row.Status == Status && row.Flag1 == Flag1 && row.Flag2 == Flag2 && row.Notes == Notes && row.Venue == Venue
        && row.ScheduledAt == ScheduledAt && row.Challenge1 == Challenge1 && row.Challenge2 == Challenge2
        && (IsCompletedByCalls ? row.CompletedAt >= from && row.CompletedAt <= until : row.CompletedAt == CompletedAt)
        && (IsNew ? row.CreatedAt >= from && row.CreatedAt <= until : row.CreatedAt == CreatedAt)
        && (Version is null || row.Version == Version);
}

/// <summary>A match's row, as it must be.</summary>
internal sealed record ExpectedMatch(Guid Id, Guid User1, Guid User2, string? Status, DateTimeOffset? CreatedAt)
{
    /// <summary>The match's sessions.</summary>
    public List<ExpectedSession> Sessions { get; } = [];

    public int? Counter1 { get; set; }

    public int? Counter2 { get; set; }

    /// <summary>The row's version and place; null once a call was about it.</summary>
    public string? Version { get; set; }

    public bool Matches(ExpectedMatch row) =>
        row.User1 == User1 && row.User2 == User2 && row.Status == Status && row.CreatedAt == CreatedAt
        && row.Counter1 == Counter1 && row.Counter2 == Counter2 && (Version is null || row.Version == Version);
}
