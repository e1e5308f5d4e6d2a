using System.Data;
using Npgsql;
using Wingman.Sessions;
using Wingman.Testing.Models;

namespace Wingman.Testing.Checking;

/// <summary>Reads the product's rows and the log in one repeatable-read transaction, without the service's code.</summary>
internal static class SnapshotReader
{
    /// <summary>Leaves nothing out.</summary>
    public static readonly DateTimeOffset Everything = DateTimeOffset.UnixEpoch;

    /// <summary>Reads the sessions of matches made since the given moment, with all that belongs to them.</summary>
    public static async Task<DatabaseSnapshot> ReadAsync(NpgsqlDataSource database, DateTimeOffset since, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var sessions = await QueryAsync(
            connection,
            """
            select s.id, s.match_id, m.user1_id, m.user2_id, coalesce(s.status, 'scheduled'),
                   coalesce(s.user1_completed_confirmed_by_user2, false), coalesce(s.user2_completed_confirmed_by_user1, false), s.completed_at
            from public.wingman_sessions s join public.wingman_matches m on m.id = s.match_id
            where m.created_at >= $1
            """,
            since,
            static row => new SessionRow(
                row.GetGuid(0), row.GetGuid(1), row.GetGuid(2), row.GetGuid(3),
                new ModelState(StatusOf(row.GetString(4)), row.GetBoolean(5), row.GetBoolean(6)),
                row.IsDBNull(7) ? null : row.GetFieldValue<DateTimeOffset>(7)),
            cancellation);
        var matches = await QueryAsync(
            connection,
            "select id, coalesce(user1_reputation, 0), coalesce(user2_reputation, 0) from public.wingman_matches where created_at >= $1",
            since,
            static row => new MatchRow(row.GetGuid(0), row.GetInt32(1), row.GetInt32(2)),
            cancellation);
        var events = await QueryAsync(
            connection,
            """
            select e.session_id, e.kind, e.actor, e.at, e.operator
            from wingman.events e
            left join public.wingman_sessions s on s.id = e.session_id
            left join public.wingman_matches m on m.id = s.match_id
            where e.session_id is not null and (m.created_at >= $1 or s.id is null)
            order by e.tx, e.id
            """,
            since,
            static row => new EventRow(
                row.GetGuid(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetGuid(2), row.GetFieldValue<DateTimeOffset>(3), row.IsDBNull(4) ? null : row.GetString(4)),
            cancellation);
        return new DatabaseSnapshot(sessions, matches, events, IsComplete: since == Everything);
    }

    private static async Task<List<T>> QueryAsync<T>(
        NpgsqlConnection connection, string sql, DateTimeOffset since, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        command.Parameters.Add(new NpgsqlParameter { Value = since.UtcDateTime });
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        List<T> all = [];
        while (await rows.ReadAsync(cancellation)) all.Add(read(rows));
        return all;
    }

    private static SessionStatus StatusOf(string name) => StatusNames.Parse(name) ?? throw new FormatException($"'{name}' is no session status.");
}
