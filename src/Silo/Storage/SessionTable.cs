using Npgsql;
using NpgsqlTypes;
using Wingman.Sessions;
using Wingman.Silo.Storage.Queries;
using Wingman.Silo.Storage.Relational;

namespace Wingman.Silo.Storage;

/// <inheritdoc cref="ISessionTable"/>
internal sealed class SessionTable(NpgsqlDataSource database, BatchedQueries queries) : ISessionTable
{
    private const string FindSql = """
        select s.match_id, m.user1_id, m.user2_id, coalesce(s.status, 'scheduled'),
               coalesce(s.user1_completed_confirmed_by_user2, false), coalesce(s.user2_completed_confirmed_by_user1, false),
               coalesce(s.scheduled_time, s.created_at, now()), s.completed_at,
               s.venue_name, s.user1_challenge_id, s.user2_challenge_id, s.notes
        from public.wingman_sessions s
        join public.wingman_matches m on m.id = s.match_id
        where s.id = $1
        """;

    // A union of one range per status keeps to the index on (status, scheduled_time), however much history there is.
    private const string FindOverdueSql = """
        select id, scheduled_time
        from (
          (select id, scheduled_time from public.wingman_sessions
           where status = 'scheduled' and scheduled_time <= $1 and (scheduled_time, id) > ($2, $3)
           order by scheduled_time, id limit $4)
          union all
          (select id, scheduled_time from public.wingman_sessions
           where status = 'in_progress' and scheduled_time <= $1 and (scheduled_time, id) > ($2, $3)
           order by scheduled_time, id limit $4)) overdue
        order by scheduled_time, id
        limit $4
        """;

    public Task<SessionDetails?> FindAsync(SessionId session) => Database.AskAsync($"session {session}", async () =>
    {
        await using var command = database.CreateCommand(FindSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = session.Value });
        await using var reader = await command.ExecuteReaderAsync();
        if (!await reader.ReadAsync()) return null;

        var snapshot = new SessionSnapshot(
            session,
            new(reader.GetGuid(0)),
            new(reader.GetGuid(1)),
            new(reader.GetGuid(2)),
            SessionStatusNames.Parse(reader.GetString(3)),
            reader.GetBoolean(4),
            reader.GetBoolean(5),
            reader.GetFieldValue<DateTimeOffset>(6),
            reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7));
        return new SessionDetails(
            snapshot,
            reader.IsDBNull(8) ? null : reader.GetString(8),
            reader.IsDBNull(9) ? null : reader.GetGuid(9),
            reader.IsDBNull(10) ? null : reader.GetGuid(10),
            reader.IsDBNull(11) ? null : reader.GetString(11));
    });

    public Task<bool> HasActiveAsync(MatchId match) => queries.HasActiveSessionAsync(match);

    public Task<IReadOnlyList<OverdueSession>> FindOverdueAsync(DateTimeOffset scheduledBefore, OverdueSession? after, int limit) =>
        Database.AskAsync("overdue sessions", async () =>
        {
            await using var command = database.CreateCommand(FindOverdueSql);
            command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = scheduledBefore.UtcDateTime });
            command.Parameters.Add(new NpgsqlParameter<DateTime>
            {
                // The least value is sent as -infinity, before every session.
                TypedValue = after?.ScheduledAt.UtcDateTime ?? DateTime.MinValue,
                NpgsqlDbType = NpgsqlDbType.TimestampTz,
            });
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after?.Session.Value ?? Guid.Empty });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
            await using var reader = await command.ExecuteReaderAsync();
            List<OverdueSession> found = [];
            while (await reader.ReadAsync()) found.Add(new(new(reader.GetGuid(0)), reader.GetFieldValue<DateTimeOffset>(1)));
            return (IReadOnlyList<OverdueSession>)found;
        });
}
