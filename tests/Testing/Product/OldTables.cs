using Npgsql;

namespace Wingman.Testing.Product;

/// <summary>
/// The old backend's statements. Each goes through the REST layer as the service role, so each is a transaction of its own, and none
/// holds a lock after its end.
/// </summary>
internal sealed class OldTables(string connectionString, Func<OldStep, Task>? beforeStatement) : IAsyncDisposable
{
    private const string Flags = "user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1";

    private const string Sessions =
        $"""
        select s.match_id, m.user1_id, m.user2_id, s.status, s.scheduled_time, {Flags}
        from public.wingman_sessions s join public.wingman_matches m on m.id = s.match_id
        """;

    private readonly NpgsqlDataSource _service = OpenAsService(connectionString);

    public Task<OldSession?> ReadSessionAsync(Guid session) =>
        FirstAsync(OldStep.ReadSession, $"{Sessions} where s.id = $1", OldSession.Read, session);

    /// <returns>The row's flags after the write, which an update through the REST layer returns; null if there is no such session.</returns>
    public Task<OldFlags?> WriteFlagAsync(Guid session, bool ofUser1) => FirstAsync(
        OldStep.WriteFlag,
        $"""
        update public.wingman_sessions set {(ofUser1 ? "user1_completed_confirmed_by_user2" : "user2_completed_confirmed_by_user1")} = true
        where id = $1 returning {Flags}
        """,
        static row => OldFlags.Read(row),
        session);

    public Task WriteCompletionAsync(Guid session, DateTimeOffset at) => ChangeAsync(
        OldStep.WriteCompletion,
        "update public.wingman_sessions set status = 'completed', completed_at = $2 where id = $1",
        session, at);

    public Task<OldCounters?> ReadCountersAsync(Guid match) => FirstAsync(
        OldStep.ReadCounters,
        "select user1_reputation, user2_reputation from public.wingman_matches where id = $1",
        OldCounters.Read,
        match);

    public Task<int> WriteCountersAsync(Guid match, int user1, int user2) => ChangeAsync(
        OldStep.WriteCounters,
        "update public.wingman_matches set user1_reputation = $2, user2_reputation = $3 where id = $1",
        match, user1, user2);

    public Task<int> WriteNotesAsync(Guid session, string notes) =>
        ChangeAsync(OldStep.WriteNotes, "update public.wingman_sessions set notes = $2 where id = $1", session, notes);

    public Task<OldMatch?> ReadMatchAsync(Guid match) => FirstAsync(
        OldStep.ReadMatch, "select user1_id, user2_id, status from public.wingman_matches where id = $1", OldMatch.Read, match);

    public async Task<int> CountChallengesAsync(Guid one, Guid other) => (await QueryAsync(
        OldStep.ReadChallenges,
        "select id from public.approach_challenges where id in ($1, $2)",
        static row => row.GetGuid(0),
        one, other)).Count;

    public async Task<bool> HasActiveSessionAsync(Guid match) => (await QueryAsync(
        OldStep.ReadActiveSessions,
        "select id from public.wingman_sessions where match_id = $1 and status in ('scheduled', 'in_progress')",
        static row => row.GetGuid(0),
        match)).Count > 0;

    public async Task<Guid> InsertSessionAsync(
        Guid match, Guid challenge1, Guid challenge2, string venue, DateTimeOffset at) => (await QueryAsync(
        OldStep.InsertSession,
        """
        insert into public.wingman_sessions (match_id, user1_challenge_id, user2_challenge_id, venue_name, scheduled_time, status)
        values ($1, $2, $3, $4, $5, 'scheduled') returning id
        """,
        static row => row.GetGuid(0),
        match, challenge1, challenge2, venue, at)).Single();

    public Task<int> WriteMatchStatusAsync(Guid match, string? status) =>
        ChangeAsync(OldStep.WriteMatchStatus, "update public.wingman_matches set status = $2 where id = $1", match, status);

    public Task<int> WriteSessionStatusAsync(Guid session, string? status) =>
        ChangeAsync(OldStep.ChangeSession, "update public.wingman_sessions set status = $2 where id = $1", session, status);

    public Task<int> WriteScheduledTimeAsync(Guid session, DateTimeOffset? at) => ChangeAsync(
        OldStep.ChangeSession, "update public.wingman_sessions set scheduled_time = $2::timestamptz where id = $1", session, at);

    public Task<int> DeleteSessionAsync(Guid session) =>
        ChangeAsync(OldStep.ChangeSession, "delete from public.wingman_sessions where id = $1", session);

    public Task<List<Guid>> ReadMatchIdsAsync(Guid user) => QueryAsync(
        OldStep.ReadMatchIds,
        "select id from public.wingman_matches where user1_id = $1 or user2_id = $1",
        static row => row.GetGuid(0),
        user);

    public Task<List<OldSession>> ReadSessionsAsync(Guid[] matches) =>
        QueryAsync(OldStep.ReadSessions, $"{Sessions} where s.match_id = any ($1)", OldSession.Read, [matches]);

    public async ValueTask DisposeAsync() => await _service.DisposeAsync();

    /// <summary>The role is a startup option, so it needs no statement, and the pool's reset of a connection does not change it.</summary>
    private static NpgsqlDataSource OpenAsService(string connectionString)
    {
        var address = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "old backend" };
        address.Options = $"{address.Options} -c role={ProductDatabase.NameOf(RestRole.Service)}".TrimStart();
        return NpgsqlDataSource.Create(address);
    }

    private async Task<T?> FirstAsync<T>(OldStep step, string sql, Func<NpgsqlDataReader, T> map, params object?[] parameters) where T : class =>
        (await QueryAsync(step, sql, map, parameters)).FirstOrDefault();

    private async Task<List<T>> QueryAsync<T>(OldStep step, string sql, Func<NpgsqlDataReader, T> map, params object?[] parameters)
    {
        await using var command = await CommandAsync(step, sql, parameters);
        await using var reader = await command.ExecuteReaderAsync();
        List<T> rows = [];
        while (await reader.ReadAsync()) rows.Add(map(reader));
        return rows;
    }

    private async Task<int> ChangeAsync(OldStep step, string sql, params object?[] parameters)
    {
        await using var command = await CommandAsync(step, sql, parameters);
        return await command.ExecuteNonQueryAsync();
    }

    private async Task<NpgsqlCommand> CommandAsync(OldStep step, string sql, object?[] parameters)
    {
        if (beforeStatement is not null) await beforeStatement(step);
        var command = _service.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter ?? DBNull.Value);
        return command;
    }
}
