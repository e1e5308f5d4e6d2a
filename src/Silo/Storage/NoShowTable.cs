using Npgsql;
using Wingman.Sessions;
using Wingman.Sweeping;

namespace Wingman.Silo.Storage;

/// <inheritdoc cref="INoShowTable"/>
/// <param name="database">The connections for what no request waits for.</param>
internal sealed class NoShowTable(NpgsqlDataSource database) : INoShowTable
{
    /// <summary>A time without a round counts as a gap in service if it is longer than this, and longer than two rounds.</summary>
    private static readonly TimeSpan ShortestGap = TimeSpan.FromHours(1);

    /// <summary>How often the time of the last round is stored.</summary>
    private static readonly TimeSpan StoreEvery = TimeSpan.FromMinutes(1);

    // A stored time that is later than the database's clock comes from a host's clock that jumped ahead and was corrected. Without this
    // statement's corrections, no session would end until that time. If the database's clock is not asked, `present` is null: `least` leaves
    // it out, and no comparison with it is true.
    private const string BeginSql = """
        with last as (
          select is_fresh, since, last_round_at, case when $5 then clock_timestamp() end as present
          from wingman.no_show_detection for update),
        known as (
          select coalesce($1, is_fresh) as is_enabled, case when since > present then present else since end as since,
                 case when last_round_at > present then present else last_round_at end as last_round_at,
                 present, least($2, present) as round_at
          from last),
        next as (
          select is_enabled, coalesce(since, round_at) as since, last_round_at, present, round_at from known),
        gap as (
          insert into wingman.service_gaps (from_time, to_time)
          select last_round_at, round_at from next where is_enabled and last_round_at < round_at - $3
          on conflict do nothing),
        cut as (
          update wingman.service_gaps g set to_time = n.present
          from next n where g.from_time <= n.present and g.to_time > n.present),
        undone as (
          delete from wingman.service_gaps g using next n where g.from_time > n.present),
        stored as (
          update wingman.no_show_detection d
          set since = case when n.is_enabled then n.since end, last_round_at = case when n.is_enabled then greatest(n.last_round_at, n.round_at) end
          from next n
          where (case when n.is_enabled then n.since end) is distinct from d.since
             or (n.is_enabled and (d.last_round_at is null or d.last_round_at < n.round_at - $4 or d.last_round_at > n.present)))
        select is_enabled, since, round_at from next
        """;

    // A gap whose new grace periods are over still counts if another gap began within them: the sessions that were due then got a new grace
    // period a second time.
    private const string GapsSql = """
        with recursive needed as (
          select from_time, to_time from wingman.service_gaps where to_time > $1
          union
          select g.from_time, g.to_time
          from needed n
          join wingman.service_gaps g on g.from_time < n.from_time and g.to_time + $2 >= n.from_time)
        select from_time, to_time from needed order by from_time
        """;

    /// <inheritdoc/>
    public Task<NoShowTerms?> BeginRoundAsync(NoShowOptions options, DateTimeOffset now) => BackgroundQuery.RunAsync<NoShowTerms?>("the no-show detection", async () =>
    {
        await using var connection = await database.OpenConnectionAsync();
        DateTimeOffset since, asOf;
        await using (var begin = new NpgsqlCommand(BeginSql, connection))
        {
            begin.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Boolean, Value = options.Enabled is { } enabled ? enabled : DBNull.Value });
            begin.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime });
            begin.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = options.Interval * 2 > ShortestGap ? options.Interval * 2 : ShortestGap });
            begin.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = StoreEvery });
            begin.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = options.AskDatabaseClock });
            await using var reader = await begin.ExecuteReaderAsync();
            if (!await reader.ReadAsync() || !reader.GetBoolean(0)) return null;
            since = options.Since ?? reader.GetFieldValue<DateTimeOffset>(1);
            asOf = reader.GetFieldValue<DateTimeOffset>(2);
        }

        await using var gaps = new NpgsqlCommand(GapsSql, connection);
        gaps.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = (asOf - options.GracePeriod).UtcDateTime });
        gaps.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = options.GracePeriod });
        await using var rows = await gaps.ExecuteReaderAsync();
        List<ServiceGap> found = [];
        while (await rows.ReadAsync()) found.Add(new(rows.GetFieldValue<DateTimeOffset>(0), rows.GetFieldValue<DateTimeOffset>(1)));
        return new(options.GracePeriod, since, found, asOf);
    });
}
