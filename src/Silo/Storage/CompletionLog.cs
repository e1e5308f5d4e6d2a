using Npgsql;
using NpgsqlTypes;
using Wingman.Events;
using Wingman.Sessions;
using Wingman.Silo.Storage.Rows;

namespace Wingman.Silo.Storage;

/// <inheritdoc cref="ICompletionLog"/>
/// <param name="database">The connections for what no request waits for.</param>
internal sealed class CompletionLog(NpgsqlDataSource database) : ICompletionLog
{
    // A line is found by the transaction that wrote it and the session's row. The transaction's whole id is the newest with the 32 bits that
    // the row has of it. To search the log by session would read a part of its index that grows with the log. `limit 1` makes the planner use
    // the primary key, even if its statistics say that the log is small.
    private static readonly string TimesSql = $"""
        with present as materialized (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as tx)
        select extract(epoch from i.at - first.at)::float8
        from unnest($1::uuid[], $2::bigint[], $3::timestamptz[]) as i (session_id, version, at)
        cross join present p
        cross join lateral (
          select at from wingman.events
          where tx = (p.tx - ((p.tx - i.version) & 4294967295))::text::xid8 and session_id = i.session_id
            and kind = '{StoredNames.Of(EventKind.Confirmed)}'
          limit 1) first
        """;

    /// <inheritdoc/>
    public Task<IReadOnlyList<TimeSpan>> FindTimesAsync(IReadOnlyCollection<Completion> completions) =>
        BackgroundQuery.RunAsync<IReadOnlyList<TimeSpan>>("the times that sessions took to complete", async () =>
        {
            await using var command = database.CreateCommand(TimesSql);
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. completions.Select(static one => one.Session.Value)] });
            command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. completions.Select(static one => (long)one.DecidedOn)] });
            command.Parameters.Add(new NpgsqlParameter<DateTime[]>
            {
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
                TypedValue = [.. completions.Select(static one => one.At.UtcDateTime)],
            });
            await using var rows = await command.ExecuteReaderAsync();
            List<TimeSpan> times = [];
            // The clocks of two hosts may differ by more than the time between the confirmations.
            while (await rows.ReadAsync()) times.Add(TimeSpan.FromSeconds(Math.Max(0, rows.GetDouble(0))));
            return times;
        });
}
