using System.Globalization;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Database;

/// <summary>
/// After a run: the rows have exactly the acknowledged confirmations; a session is completed if and only if both confirmed; each
/// completion is counted once on its match, and once in the log or on the peers' counter of each user; and every reputation that
/// was answered equals a count of the rows.
/// </summary>
internal static class RowCheck
{
    private const string Sessions =
        """
        select id, match_id, status, user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1, completed_at is not null
        from public.wingman_sessions
        """;

    private const string MatchCounters =
        """
        select count(*) from (
            select m.id
            from public.wingman_matches m left join public.wingman_sessions s on s.match_id = m.id and s.status = 'completed'
            group by m.id
            having m.user1_reputation <> count(s.id) or m.user2_reputation <> count(s.id)
        ) wrong
        """;

    private const string CompletionsInLog = "select session_id, count(*) from wingman.events where kind = 'completed' group by session_id";

    private const string CompletedOfUsers =
        """
        select u.user_id, count(*) as sessions
        from public.wingman_sessions s
        join public.wingman_matches m on m.id = s.match_id
        cross join lateral (values (m.user1_id), (m.user2_id)) as u (user_id)
        where s.status = 'completed'
        group by u.user_id
        """;

    private const string UserCounters =
        $"""
        select count(*) from public.reputation_counters r left join ({CompletedOfUsers}) t on t.user_id = r.user_id
        where r.completed_sessions <> coalesce(t.sessions, 0) or r.no_shows <> 0
        """;

    public static async IAsyncEnumerable<string> RunAsync(RowSource rows, Acknowledged acknowledged, Durability durability)
    {
        var shape = acknowledged.Shape;
        var numbers = Enumerable.Range(0, shape.Sessions).ToDictionary(DatabaseShape.SessionId);
        await foreach (var complaint in CompareSessionsAsync(rows, acknowledged, numbers)) yield return complaint;

        if (await rows.CountAsync(MatchCounters) is > 0 and var matches)
            yield return Say($"{matches} matches whose counters differ from their completed sessions");

        if (durability == Durability.Log)
            await foreach (var complaint in CompareLogAsync(rows, acknowledged, numbers)) yield return complaint;
        else if (await rows.CountAsync(UserCounters) is > 0 and var users)
            yield return Say($"{users} users whose counter differs from their completed sessions");

        var counted = new Dictionary<Guid, long>();
        await foreach (var row in rows.ReadAsync(CompletedOfUsers)) counted.Add(row.GetGuid(0), row.GetInt64(1));
        foreach (var (user, shown) in acknowledged.Reputations)
        {
            if (counted.GetValueOrDefault(user) != shown)
                yield return Say($"user {user} was shown {shown} completed sessions, but has {counted.GetValueOrDefault(user)}");
        }
    }

    private static async IAsyncEnumerable<string> CompareSessionsAsync(RowSource rows, Acknowledged acknowledged, Dictionary<Guid, int> numbers)
    {
        var scheduled = acknowledged.Scheduled.ToDictionary(DatabaseShape.MatchId);
        var seeded = 0;
        await foreach (var row in rows.ReadAsync(Sessions))
        {
            var (id, status, user1, user2) = (row.GetGuid(0), row.GetString(2), row.GetBoolean(3), row.GetBoolean(4));
            var isCompleted = status == "completed";
            if (isCompleted != (user1 && user2)) yield return Say($"session {id} is {status} with flags {user1}, {user2}");
            if (isCompleted != row.GetBoolean(5)) yield return Say($"session {id} is {status}, which contradicts its completed_at");
            if (!numbers.TryGetValue(id, out var number))
            {
                if (!scheduled.Remove(row.GetGuid(1))) yield return Say($"session {id} was created twice, or without a request");
                continue;
            }

            seeded++;
            if (acknowledged.IsConfirmed(number, isUser1: true) != user1 || acknowledged.IsConfirmed(number, isUser1: false) != user2)
                yield return Say($"session {id} has flags {user1}, {user2}, but other flags were acknowledged");
        }

        if (seeded != numbers.Count) yield return Say($"{numbers.Count - seeded} seeded sessions are missing");
        if (scheduled.Count > 0) yield return Say($"{scheduled.Count} acknowledged new sessions are missing");
    }

    /// <summary>Exactly one line for each session that the run completed, and none for any other.</summary>
    private static async IAsyncEnumerable<string> CompareLogAsync(RowSource rows, Acknowledged acknowledged, Dictionary<Guid, int> numbers)
    {
        var found = 0;
        await foreach (var row in rows.ReadAsync(CompletionsInLog))
        {
            var (id, lines) = (row.GetGuid(0), row.GetInt64(1));
            if (lines != 1) yield return Say($"the log has {lines} completions of session {id}");
            if (!numbers.TryGetValue(id, out var number) || !acknowledged.IsCompleted(number))
                yield return Say($"the log has a completion of session {id}, which was not acknowledged");
            else
                found++;
        }

        var expected = numbers.Values.Count(acknowledged.IsCompleted);
        if (found != expected) yield return Say($"the log lacks {expected - found} of {expected} completions");
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
