using System.Collections.Concurrent;
using Npgsql;
using Wingman.Reputation;

namespace Wingman.Testing.Invariants;

/// <summary>
/// What callers were answered, to be compared with the database: I1, every acknowledged confirmation is stored, unless another
/// program took it back or deleted it; I3, every reputation that was answered equals a count of the rows.
/// </summary>
internal sealed class Promises
{
    private const string LostSql = $"""
        select p.session_id || ' of ' || p.user_id
        from unnest($1::uuid[], $2::uuid[]) as p (session_id, user_id)
        left join public.wingman_sessions s on s.id = p.session_id
        left join public.wingman_matches m on m.id = s.match_id
        where coalesce(case when m.user1_id = p.user_id then s.user1_completed_confirmed_by_user2
                            when m.user2_id = p.user_id then s.user2_completed_confirmed_by_user1 end, false) = false
          and not exists (
            select from journal.changes c
            where c.row_id = p.session_id and c.writer <> '{ChangeJournal.Ours}' and c.before is not null
              and (c.after is null
                or (c.before ->> 'user1_completed_confirmed_by_user2' = 'true' and c.after ->> 'user1_completed_confirmed_by_user2' is distinct from 'true')
                or (c.before ->> 'user2_completed_confirmed_by_user1' = 'true' and c.after ->> 'user2_completed_confirmed_by_user1' is distinct from 'true')))
        """;

    // The documented meaning of a session, written without the service's expression.
    private const string CountSql = """
        select u.id,
               (select count(*) from public.wingman_sessions s join public.wingman_matches m on m.id = s.match_id
                where u.id in (m.user1_id, m.user2_id) and s.status = 'completed'),
               (select count(*) from public.wingman_sessions s join public.wingman_matches m on m.id = s.match_id
                where s.status = 'no_show'
                  and ((u.id = m.user1_id and s.user1_completed_confirmed_by_user2 is not true)
                    or (u.id = m.user2_id and s.user2_completed_confirmed_by_user1 is not true)))
        from unnest($1::uuid[]) as u (id)
        """;

    private readonly ConcurrentDictionary<(SessionId Session, UserId User), bool> _confirmations = [];

    /// <summary>A confirmation was acknowledged.</summary>
    public void Acknowledge(SessionId session, UserId user) => _confirmations[(session, user)] = true;

    /// <summary>The acknowledged confirmations that are lost.</summary>
    public async Task<IReadOnlyList<string>> FindLostAsync(NpgsqlDataSource database)
    {
        var acknowledged = _confirmations.Keys.ToArray();
        await using var command = database.CreateCommand(LostSql);
        command.Parameters.AddWithValue(acknowledged.Select(static one => one.Session.Value).ToArray());
        command.Parameters.AddWithValue(acknowledged.Select(static one => one.User.Value).ToArray());
        await using var reader = await command.ExecuteReaderAsync();
        List<string> lost = [];
        while (await reader.ReadAsync()) lost.Add($"I1: the confirmation of {reader.GetString(0)} was acknowledged and is not there");
        return lost;
    }

    /// <summary>The reputations that do not equal a count of the present rows.</summary>
    public static async Task<IReadOnlyList<string>> FindWrongAsync(NpgsqlDataSource database, IReadOnlyDictionary<UserId, UserReputation> answers)
    {
        await using var command = database.CreateCommand(CountSql);
        command.Parameters.AddWithValue(answers.Keys.Select(static user => user.Value).ToArray());
        await using var reader = await command.ExecuteReaderAsync();
        List<string> wrong = [];
        while (await reader.ReadAsync())
        {
            var answer = answers[new(reader.GetGuid(0))];
            var (completed, noShows) = (reader.GetInt64(1), reader.GetInt64(2));
            if ((answer.CompletedSessions, answer.NoShows) != (completed, noShows))
                wrong.Add($"I3: user {reader.GetGuid(0)} has {completed} completed and {noShows} no-shows, and was answered {answer}");
        }

        return wrong;
    }
}
