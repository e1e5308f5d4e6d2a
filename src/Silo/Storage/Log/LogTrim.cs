using Npgsql;
using NpgsqlTypes;
using Wingman.Events;

namespace Wingman.Silo.Storage.Log;

/// <summary>Deletes old lines of the log, a bounded number at a time, and none that a reader still needs.</summary>
/// <param name="database">The connections for what no request waits for.</param>
internal sealed class LogTrim(NpgsqlDataSource database)
{
    /// <summary>Lines deleted by one statement.</summary>
    public const int MaxLines = 1_000;

    private const string CutOffSql = """
        update wingman.log_readers set cut_off_at = now(), cut_off_reason = 'no host has served it for too long'
        where cut_off_at is null and seen_at < now() - $1
        returning name
        """;

    // The oldest era that has lines, and the position up to which all readers that are not cut off have read it. A reader that is
    // in a later era needs none of its lines. A reader that is in an earlier era needs all of them.
    private const string EraSql = """
        select e.era, e.last_id, coalesce((select min(n.last_id) from wingman.log_eras n where n.era > e.era), 9223372036854775807),
               coalesce(f.era, 2147483647), coalesce(f.tx, '18446744073709551615'::xid8), coalesce(f.id, 9223372036854775807)
        from wingman.log_eras e
        left join lateral (
          select era, tx, id from wingman.log_readers where cut_off_at is null order by era, tx, id limit 1) f on true
        order by e.era
        """;

    // A line is deleted only if it is old by both clocks: one clock may jump ahead, and what is deleted does not come back.
    private const string PresentSql = "select least($1, clock_timestamp())";

    // Lines are taken in the order of the log, so a statement whose lines are all young or needed deletes nothing, and ends the
    // work. Their times come from the hosts' clocks.
    private const string TrimSql = """
        with oldest as materialized (
          select tx, id, at from wingman.events
          where id > $1 and id <= $2 and (tx, id) <= ($3, $4)
          order by tx, id
          limit $5),
        dead as (
          delete from wingman.webhook_dead_letters d using oldest o where d.tx = o.tx and d.id = o.id and o.at < $6),
        gone as (
          delete from wingman.events e using oldest o
          where e.tx = any (array[o.tx]) and e.id = o.id and o.at < $6
          returning 1)
        select count(*)::int from gone
        """;

    /// <summary>Cuts off the readers that were not seen for long.</summary>
    /// <param name="after">For how long.</param>
    /// <returns>Their names.</returns>
    public Task<IReadOnlyList<string>> CutOffUnseenAsync(TimeSpan after) => BackgroundQuery.RunAsync<IReadOnlyList<string>>("readers of the log", async () =>
    {
        await using var command = database.CreateCommand(CutOffSql);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = after });
        await using var reader = await command.ExecuteReaderAsync();
        List<string> names = [];
        while (await reader.ReadAsync()) names.Add(reader.GetString(0));
        return names;
    });

    /// <summary>The present: the earlier of the times of a host's clock and the database's.</summary>
    /// <param name="now">The host's.</param>
    public Task<DateTimeOffset> FindPresentAsync(DateTimeOffset now) => BackgroundQuery.RunAsync("the time", async () =>
    {
        await using var command = database.CreateCommand(PresentSql);
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime });
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return reader.GetFieldValue<DateTimeOffset>(0);
    });

    /// <summary>Deletes some lines that are older than a time and that no reader needs. Safe to run from several hosts at once.</summary>
    /// <param name="olderThan">The time.</param>
    /// <returns>How many; as many as a statement may delete if there may be more.</returns>
    public Task<int> TrimAsync(DateTimeOffset olderThan) => BackgroundQuery.RunAsync("old lines of the log", async () =>
    {
        await using var connection = await database.OpenConnectionAsync();
        foreach (var era in await FindErasAsync(connection))
        {
            // An era that all readers have left is deleted as a whole, whatever their positions in a later era are.
            if (era.Number > era.Floor.Era) break;
            var upTo = era.Number < era.Floor.Era ? new LogPosition(0, ulong.MaxValue, long.MaxValue) : era.Floor;
            var deleted = await TrimEraAsync(connection, era, upTo, olderThan);
            if (deleted > 0) return deleted;
        }

        return 0;
    });

    private static async Task<List<Era>> FindErasAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(EraSql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        List<Era> eras = [];
        while (await reader.ReadAsync())
            eras.Add(new(reader.GetInt32(0), reader.GetInt64(1), reader.GetInt64(2), new(reader.GetInt32(3), reader.GetFieldValue<ulong>(4), reader.GetInt64(5))));
        return eras;
    }

    private static async Task<int> TrimEraAsync(NpgsqlConnection connection, Era era, LogPosition upTo, DateTimeOffset olderThan)
    {
        await using var command = new NpgsqlCommand(TrimSql, connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = era.LastIdBefore });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = era.LastId });
        command.Parameters.Add(new NpgsqlParameter<ulong> { TypedValue = upTo.Tx, NpgsqlDbType = NpgsqlDbType.Xid8 });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = upTo.Id });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = MaxLines });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = olderThan.UtcDateTime });
        return (int)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>An era. The ids of its lines are above <c>LastIdBefore</c>, up to <c>LastId</c>. All readers have read up to <c>Floor</c>.</summary>
    private sealed record Era(int Number, long LastIdBefore, long LastId, LogPosition Floor);
}
