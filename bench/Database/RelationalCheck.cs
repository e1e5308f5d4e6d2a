using System.Globalization;
using Npgsql;

namespace Wingman.Bench.Database;

/// <summary>
/// After a run: every acknowledged confirmation is in the rows and nothing else is; completed if and only if both
/// confirmed; each completion counted once on its match and credited once to each of its users.
/// </summary>
internal static class RelationalCheck
{
    private const int MostComplaints = 5;

    private const string CreditsInLedger =
        """
        select count(*) from (
            select s.id
            from wingman_sessions s
            join wingman_matches m on m.id = s.match_id
            left join reputation_credits c on c.session_id = s.id
            group by s.id, s.status, m.user1_id, m.user2_id
            having count(c.user_id) filter (where c.outcome = 'completed' and c.user_id in (m.user1_id, m.user2_id))
                       <> case when s.status = 'completed' then 2 else 0 end
                or count(c.user_id) <> case when s.status = 'completed' then 2 else 0 end
        ) wrong
        """;

    private const string CreditsInCounters =
        """
        select count(*) from reputation_counters r
        left join (
            select u.user_id, count(*) as sessions
            from wingman_sessions s
            join wingman_matches m on m.id = s.match_id
            cross join lateral (values (m.user1_id), (m.user2_id)) as u (user_id)
            where s.status = 'completed'
            group by u.user_id
        ) t on t.user_id = r.user_id
        where r.completed_sessions <> coalesce(t.sessions, 0) or r.no_shows <> 0
        """;

    private const string MatchCounters =
        """
        select count(*) from (
            select m.id
            from wingman_matches m left join wingman_sessions s on s.match_id = m.id and s.status = 'completed'
            group by m.id
            having m.user1_reputation <> count(s.id) or m.user2_reputation <> count(s.id)
        ) wrong
        """;

    private const string CompletedAt =
        "select count(*) from wingman_sessions where (status = 'completed') <> (completed_at is not null)";

    /// <returns>What is wrong; empty when the database holds exactly what was acknowledged.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(
        string connectionString, Acknowledged acknowledged, bool isLedger, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellation);
        var complaints = await CompareSessionsAsync(connection, acknowledged, cancellation);
        await ExpectNoneAsync(CompletedAt, "sessions with completed_at at odds with their status");
        await ExpectNoneAsync(MatchCounters, "matches whose counters differ from their completed sessions");
        await ExpectNoneAsync(
            isLedger ? CreditsInLedger : CreditsInCounters,
            isLedger ? "sessions without exactly their credits" : "users whose counter differs from their completed sessions");
        return complaints;

        async Task ExpectNoneAsync(string sql, string what)
        {
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
            var count = Convert.ToInt64(await command.ExecuteScalarAsync(cancellation), CultureInfo.InvariantCulture);
            if (count != 0)
                complaints.Add(string.Create(CultureInfo.InvariantCulture, $"{count} {what}"));
        }
    }

    private static async Task<List<string>> CompareSessionsAsync(
        NpgsqlConnection connection, Acknowledged acknowledged, CancellationToken cancellation)
    {
        var shape = acknowledged.Shape;
        var seeded = Enumerable.Range(0, shape.Sessions).ToDictionary(DatabaseShape.SessionId);
        var scheduled = acknowledged.Scheduled.ToDictionary(DatabaseShape.MatchId);
        var complaints = new List<string>();
        var found = 0;
        var created = 0;
        await using var command = new NpgsqlCommand(
            """
            select id, match_id, status, user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1 from wingman_sessions
            """,
            connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation) && complaints.Count < MostComplaints)
        {
            var (user1, user2) = (reader.GetBoolean(3), reader.GetBoolean(4));
            var isCompleted = reader.GetString(2) == "completed";
            if (isCompleted != (user1 && user2))
                complaints.Add($"session {reader.GetGuid(0)} is {reader.GetString(2)} with flags {user1}, {user2}");
            if (!seeded.TryGetValue(reader.GetGuid(0), out var number))
            {
                created++;
                if (!scheduled.Remove(reader.GetGuid(1))) complaints.Add($"session {reader.GetGuid(0)} was created twice or by nobody");
                continue;
            }

            found++;
            if (acknowledged.IsConfirmed(number, isUser1: true) != user1 || acknowledged.IsConfirmed(number, isUser1: false) != user2)
                complaints.Add($"session {reader.GetGuid(0)} has flags {user1}, {user2}; acknowledged was something else");
        }

        if (complaints.Count > 0) return complaints;
        if (found != shape.Sessions) complaints.Add($"{shape.Sessions - found} seeded sessions are gone");
        if (scheduled.Count > 0) complaints.Add($"{scheduled.Count} acknowledged new sessions are missing ({created} found)");
        return complaints;
    }
}
