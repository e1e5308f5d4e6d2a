using System.Buffers.Binary;
using System.Data;
using System.Text.Json;
using Npgsql;
using Wingman.Chaos.History;
using Wingman.Chaos.Load;
using Wingman.Reputation;
using Wingman.Sessions;

namespace Wingman.Chaos.Checking;

/// <summary>
/// Reads both sides of the truth in one repeatable-read transaction: the tables, and the grains' stored states, whose
/// documented form it takes apart itself instead of borrowing the service's code.
/// </summary>
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
            select s.id, s.match_id, m.user1_id, m.user2_id, s.status,
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
            "select id, user1_reputation, user2_reputation from public.wingman_matches where created_at >= $1",
            since,
            static row => new MatchRow(row.GetGuid(0), row.GetInt32(1), row.GetInt32(2)),
            cancellation);
        var credits = await QueryAsync(
            connection,
            """
            select c.user_id, c.session_id, c.outcome
            from public.reputation_credits c
            left join public.wingman_sessions s on s.id = c.session_id
            left join public.wingman_matches m on m.id = s.match_id
            where m.created_at >= $1 or s.id is null
            """,
            since,
            static row => new CreditRow(row.GetGuid(0), row.GetGuid(1), OutcomeOf(row.GetString(2))),
            cancellation);
        var stored = await QueryAsync(
            connection,
            """
            select grainidn0, grainidn1, version, payloadbinary from orleans.orleansstorage
            where graintypestring = 'session' and payloadbinary is not null and modifiedon >= $1 at time zone 'utc'
            """,
            since,
            static row => Parse(row.GetInt64(0), row.GetInt64(1), row.GetInt32(2), row.GetFieldValue<byte[]>(3)),
            cancellation);
        return new DatabaseSnapshot(sessions, matches, credits, stored, IsComplete: since == Everything);
    }

    private static async Task<List<T>> QueryAsync<T>(
        NpgsqlConnection connection, string sql, DateTimeOffset since, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        command.Parameters.Add(new NpgsqlParameter { Value = since.UtcDateTime });
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        List<T> all = [];
        while (await rows.ReadAsync(cancellation))
            all.Add(read(rows));
        return all;
    }

    private static StoredSession Parse(long n0, long n1, int version, byte[] payload)
    {
        Span<byte> key = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(key, n0);
        BinaryPrimitives.WriteInt64LittleEndian(key[8..], n1);
        using var document = JsonDocument.Parse(payload);
        var state = document.RootElement;
        return new StoredSession(
            new Guid(key), version, state.GetProperty("match").GetGuid(), state.GetProperty("user1").GetGuid(), state.GetProperty("user2").GetGuid(),
            new ModelState(
                StatusOf(state.GetProperty("status").GetString()!),
                state.GetProperty("user1_confirmed").GetBoolean(),
                state.GetProperty("user2_confirmed").GetBoolean()),
            state.TryGetProperty("completed_at", out var at) && at.ValueKind != JsonValueKind.Null ? at.GetDateTimeOffset() : null);
    }

    private static SessionStatus StatusOf(string name) => Wire.Status(name) ?? throw new FormatException($"'{name}' is no session status.");

    private static CreditOutcome OutcomeOf(string name) => name switch
    {
        "completed" => CreditOutcome.Completed,
        "no_show" => CreditOutcome.NoShow,
        _ => throw new FormatException($"'{name}' is no outcome of a credit."),
    };
}
