using System.Globalization;
using Npgsql;
using Wingman.Sessions;
using Wingman.Silo.Storage.Rows;
using Wingman.Sweeping;

namespace Wingman.Silo.Doctor.Running;

/// <summary>Whether sessions that are due have ended, and how far the log's readers are.</summary>
/// <param name="options">When sessions end as a no-show.</param>
internal sealed class BacklogChecks(NoShowOptions options) : IDoctorCheck
{
    private const string NoShows = "no_shows";
    private const string Readers = "log_readers";

    /// <summary>How many sessions that may be due are read.</summary>
    private const int MostSessions = 100_000;

    /// <summary>How long the sweeper has to end a session that is due.</summary>
    private static readonly TimeSpan TimeToSweep = TimeSpan.FromMinutes(5);

    /// <summary>The silo that serves a reader reports it every 10 seconds.</summary>
    private static readonly TimeSpan Unserved = TimeSpan.FromMinutes(2);

    private const string DetectionSql = """
        select since, extract(epoch from now() - last_round_at)::bigint, exists (select from orleans.orleansmembershiptable where status = 3), now()
        from wingman.no_show_detection
        """;

    private const string GapsSql = "select from_time, to_time from wingman.service_gaps";

    // A session of an earlier time is never due later than one of a later time, so those that are due come first.
    private static readonly string OpenSql = $"""
        select id::text, scheduled_time from public.wingman_sessions
        where (status in ('scheduled', 'in_progress') or status is null) and scheduled_time >= $1 and scheduled_time < $2
        order by scheduled_time, id limit {MostSessions + 1}
        """;

    // Where all silos have just started, they have not served a reader yet.
    private const string ReadersSql = """
        select r.name, r.cut_off_at::text, r.cut_off_reason, r.failing_since::text,
               (select count(*) from (
                  (select 1 from wingman.events e
                   where (e.tx, e.id) > (r.tx, r.id) and e.id > coalesce((select last_id from wingman.log_eras where era = r.era), 0)
                     and e.id <= coalesce((select min(last_id) from wingman.log_eras where era > r.era), 9223372036854775807)
                   limit 100001)
                  union all
                  (select 1 from wingman.events e where e.id > (select min(last_id) from wingman.log_eras where era > r.era) limit 100001)) behind)::text,
               (select count(*) from wingman.webhook_dead_letters d where d.receiver = r.name)::text,
               extract(epoch from now() - r.seen_at)::bigint::text,
               exists (select from orleans.orleansmembershiptable where status = 3 and starttime < now() - interval '2 minutes')::text
        from wingman.log_readers r order by r.name
        """;

    public bool ReadsRows => true;

    public async Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection) =>
        [.. await OfNoShowsAsync(connection), .. await OfReadersAsync(connection)];

    private async Task<IReadOnlyList<Finding>> OfNoShowsAsync(NpgsqlConnection connection)
    {
        var (since, silence, hasSilo, now) = (await connection.RowsAsync(
            DetectionSql, static row => (row.GetInstantOrNull(0), row.IsDBNull(1) ? (long?)null : row.GetInt64(1), row.GetBoolean(2), row.GetFieldValue<DateTimeOffset>(3))))[0];
        if (since is not { } switchedOn) return [new(NoShows, Severity.Ok, "No-shows are not detected: no silo has started the detection yet, or it is off.")];

        List<Finding> findings = [];
        // The time of the last round is stored once a minute.
        if (hasSilo && silence is null or > 180)
            findings.Add(new(NoShows, Severity.Problem, $"Silos run, but the last round of the no-show detection began {(silence is null ? "never" : $"{silence} seconds ago")}: the sweeper's reminder or its queries fail."));

        var due = await FindDueAsync(connection, options.Since ?? switchedOn, now);
        findings.Add(due.Count == 0
            ? new(NoShows, Severity.Ok, "No session is past its grace period and still open.")
            : new(NoShows, Severity.Warning, $"{(due.Count > MostSessions ? $"At least {MostSessions}" : due.Count)} sessions are past their grace period and still open: no sweeper runs, or it is behind.")
            {
                Count = Math.Min(due.Count, MostSessions),
                Examples = [.. due.Take(3)],
            });
        return findings;
    }

    /// <summary>The sessions that should have ended, by the rule that the sweeper ends them by: the oldest first.</summary>
    private async Task<List<string>> FindDueAsync(NpgsqlConnection connection, DateTimeOffset since, DateTimeOffset now)
    {
        var gaps = await connection.RowsAsync(GapsSql, static row => new ServiceGap(row.GetFieldValue<DateTimeOffset>(0), row.GetFieldValue<DateTimeOffset>(1)));
        var terms = new NoShowTerms(options.GracePeriod, since, gaps, now - TimeToSweep);
        var open = await connection.RowsAsync(
            OpenSql, static row => (Id: row.GetString(0), ScheduledAt: row.GetFieldValue<DateTimeOffset>(1)), since.UtcDateTime, (terms.AsOf - options.GracePeriod).UtcDateTime);
        return [.. open.TakeWhile(session => SessionRules.NoShowDueAt(session.ScheduledAt, terms) < terms.AsOf).Select(static session => session.Id)];
    }

    private static async Task<IReadOnlyList<Finding>> OfReadersAsync(NpgsqlConnection connection)
    {
        var readers = await connection.RowsAsync(ReadersSql);
        return readers.Count == 0 ? [new(Readers, Severity.Ok, "No reader has a position in the log.")] : [.. readers.SelectMany(OfReader)];
    }

    private static IEnumerable<Finding> OfReader(IReadOnlyList<string?> reader)
    {
        var name = reader[0];
        if (reader[1] is { } cutOffAt)
        {
            yield return new(Readers, Severity.Warning, $"The reader {name} was cut off at {cutOffAt} ({reader[2]}): nothing is sent to it until ./wingman webhooks replay {name}.");
            yield break;
        }

        var behind = long.Parse(reader[4]!, CultureInfo.InvariantCulture);
        yield return new(Readers, behind > 10_000 ? Severity.Warning : Severity.Ok, $"The reader {name} is {(behind > 100_000 ? "more than 100000" : behind)} lines of the log behind.") { Count = behind };
        if (reader[3] is { } failingSince) yield return new(Readers, Severity.Warning, $"The reader {name} has accepted nothing since {failingSince}.");
        if (long.Parse(reader[5]!, CultureInfo.InvariantCulture) is > 0 and var dead)
            yield return new(Readers, Severity.Warning, $"{dead} events are dead letters of the reader {name}: ./wingman webhooks dead {name} lists them.") { Count = dead };
        var unseen = TimeSpan.FromSeconds(long.Parse(reader[6]!, CultureInfo.InvariantCulture));
        if (reader[7] == "true" && unseen > Unserved)
            yield return new(Readers, Severity.Warning, $"No silo has served the reader {name} for {ClusterChecks.Age(unseen)}: its settings are on no host, or its rounds fail.");
    }
}
