using Npgsql;
using NpgsqlTypes;
using Wingman.Events;

namespace Wingman.Silo.Storage.Log;

/// <inheritdoc cref="ILogReader"/>
/// <param name="database">The connections for what no request waits for.</param>
internal sealed class LogReader(NpgsqlDataSource database) : ILogReader
{
    private const string LineColumns = "e.tx, e.id, e.kind, e.session_id, e.actor, e.at, e.detail";

    private const string EndSql = "select era, pg_snapshot_xmin(pg_current_snapshot()) from wingman.log_eras order by era desc limit 1";

    // An era that is over has no open transactions, and all of its lines can be read. The horizon is taken by an earlier
    // statement than the lines: a line that was below the horizon then is still below it.
    private const string EraSql = """
        select e.era, e.last_id, n.era, n.last_id, pg_snapshot_xmin(pg_current_snapshot())
        from wingman.log_eras e
        left join lateral (select era, last_id from wingman.log_eras where era > e.era order by era limit 1) n on true
        where e.era >= least($1, (select max(era) from wingman.log_eras))
        order by e.era
        limit 1
        """;

    private const string PageSql = $"""
        select {LineColumns}
        from wingman.events e
        where (e.tx, e.id) > ($1, $2) and e.tx < $3 and e.id > $4 and e.id <= $5
        order by e.tx, e.id
        limit $6
        """;

    private const string FindSql = $"""
        select {LineColumns}, p.era
        from unnest($1::int[], $2::xid8[], $3::bigint[]) p (era, tx, id)
        join wingman.events e on e.tx = p.tx and e.id = p.id
        order by p.era, p.tx, p.id
        """;

    private const string LagSql = """
        select count(*)::int, min(at)
        from (
          select e.at from wingman.events e
          where (e.tx, e.id) > ($1, $2) and e.id > coalesce((select last_id from wingman.log_eras where era = $3), 0)
          order by e.tx, e.id
          limit $4) behind
        """;

    /// <inheritdoc/>
    public Task<LogPosition> FindEndAsync() => BackgroundQuery.RunAsync("the end of the log", async () =>
    {
        await using var command = database.CreateCommand(EndSql);
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? new LogPosition(reader.GetInt32(0), reader.GetFieldValue<ulong>(1), 0) : default;
    });

    /// <inheritdoc/>
    public Task<LogPage> ReadAsync(LogPosition after, int limit) => BackgroundQuery.RunAsync("the log", async () =>
    {
        await using var connection = await database.OpenConnectionAsync();
        if (await FindEraAsync(connection, after.Era) is not { } era) return new([], after, false);

        // The era of the position does not exist, since all of its lines were trimmed or a backup was restored: the era that was
        // found is read from its start.
        if (era.Number != after.Era) after = new(era.Number, 0, 0);
        var lines = await ReadPageAsync(connection, era, after, limit);
        if (lines.Count == limit) return new(lines, lines[^1].Position, true);
        if (era.Next is { } next) return new LogPage(lines, new(next, 0, 0), true);

        // All lines below the horizon were read. On a server that gives out transaction ids again, the horizon may be lower for a moment.
        var end = new LogPosition(era.Number, era.Horizon, 0);
        return new(lines, end > after ? end : after, false);
    });

    /// <inheritdoc/>
    public async Task<IReadOnlyList<LogLine>> FindAsync(IReadOnlyCollection<LogPosition> positions) =>
        positions.Count == 0 ? [] : await BackgroundQuery.RunAsync("lines of the log", async () =>
        {
            await using var command = database.CreateCommand(FindSql);
            command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. positions.Select(static p => p.Era)] });
            command.Parameters.Add(new NpgsqlParameter<ulong[]> { TypedValue = [.. positions.Select(static p => p.Tx)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Xid8 });
            command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. positions.Select(static p => p.Id)] });
            await using var reader = await command.ExecuteReaderAsync();
            List<LogLine> lines = [];
            while (await reader.ReadAsync()) lines.Add(LineOf(reader, reader.GetInt32(7)));
            return lines;
        });

    /// <inheritdoc/>
    public Task<LogLag> MeasureLagAsync(LogPosition after) => BackgroundQuery.RunAsync("the lag of a reader of the log", async () =>
    {
        await using var command = database.CreateCommand(LagSql);
        command.Parameters.Add(Xid(after.Tx));
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after.Id });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = after.Era });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = LogLag.MaxLines });
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new LogLag(reader.GetInt32(0), reader.IsDBNull(1) ? null : reader.GetFieldValue<DateTimeOffset>(1));
    });

    private static async Task<Era?> FindEraAsync(NpgsqlConnection connection, int atLeast)
    {
        await using var command = new NpgsqlCommand(EraSql, connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = atLeast });
        await using var reader = await command.ExecuteReaderAsync();
        if (!await reader.ReadAsync()) return null;

        return new(
            reader.GetInt32(0),
            reader.GetInt64(1),
            reader.IsDBNull(2) ? null : reader.GetInt32(2),
            reader.IsDBNull(3) ? long.MaxValue : reader.GetInt64(3),
            reader.GetFieldValue<ulong>(4));
    }

    private static async Task<List<LogLine>> ReadPageAsync(NpgsqlConnection connection, Era era, LogPosition after, int limit)
    {
        await using var command = new NpgsqlCommand(PageSql, connection);
        command.Parameters.Add(Xid(after.Tx));
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after.Id });
        command.Parameters.Add(Xid(era.Next is null ? era.Horizon : ulong.MaxValue));
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = era.LastIdBefore });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = era.LastId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync();
        List<LogLine> lines = [];
        while (await reader.ReadAsync()) lines.Add(LineOf(reader, era.Number));
        return lines;
    }

    private static NpgsqlParameter<ulong> Xid(ulong value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Xid8 };

    private static LogLine LineOf(NpgsqlDataReader reader, int era) => new(
        new(era, reader.GetFieldValue<ulong>(0), reader.GetInt64(1)),
        reader.GetString(2),
        reader.IsDBNull(3) ? null : new SessionId(reader.GetGuid(3)),
        reader.IsDBNull(4) ? null : new UserId(reader.GetGuid(4)),
        reader.GetFieldValue<DateTimeOffset>(5),
        reader.IsDBNull(6) ? null : reader.GetString(6));

    /// <summary>An era. The ids of its lines are above <c>LastIdBefore</c>, up to <c>LastId</c>.</summary>
    private sealed record Era(int Number, long LastIdBefore, int? Next, long LastId, ulong Horizon);
}
