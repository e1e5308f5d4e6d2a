using System.Globalization;
using Npgsql;
using Wingman.Sweeping;

namespace Wingman.Silo.Doctor.Running;

/// <summary>Whether sessions that are due have ended, and how far the log's readers are.</summary>
/// <param name="options">When sessions end as a no-show.</param>
internal sealed class BacklogChecks(NoShowOptions options) : IDoctorCheck
{
    private const string NoShows = "no_shows";
    private const string Readers = "log_readers";

    private const string DetectionSql = """
        select since::text, coalesce(extract(epoch from now() - last_round_at)::bigint::text, 'never'), (select count(*) from orleans.orleansmembershiptable where status = 3)::text
        from wingman.no_show_detection
        """;

    public bool ReadsRows => true;

    public async Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection) =>
        [.. await OfNoShowsAsync(connection), .. await OfReadersAsync(connection)];

    private async Task<IReadOnlyList<Finding>> OfNoShowsAsync(NpgsqlConnection connection)
    {
        var row = (await connection.RowsAsync(DetectionSql))[0];
        if (row[0] is not { } since) return [new(NoShows, Severity.Ok, "No-shows are not detected: no silo has started the detection yet, or it is off.")];

        List<Finding> findings = [];
        // The time of the last round is stored once a minute.
        if (row[2] != "0" && (row[1] == "never" || long.Parse(row[1]!, CultureInfo.InvariantCulture) > 180))
            findings.Add(new(NoShows, Severity.Problem, $"Silos run, but the last round of the no-show detection began {row[1]} seconds ago: the sweeper's reminder or its queries fail."));

        // Sessions that became due while the service was down have a new grace period. The sweeper has five minutes to end those that are due.
        var grace = string.Create(CultureInfo.InvariantCulture, $"interval '{options.GracePeriod.TotalSeconds} seconds'");
        var (count, examples) = await connection.CountAsync($"""
            select id from public.wingman_sessions s
            where (status in ('scheduled', 'in_progress') or status is null) and scheduled_time >= '{since}'::timestamptz
              and scheduled_time < now() - {grace} - interval '5 minutes'
              and not exists (select from wingman.service_gaps g where g.from_time <= s.scheduled_time + {grace} and s.scheduled_time < g.to_time and now() < g.to_time + {grace})
            """);
        findings.Add(count == 0
            ? new(NoShows, Severity.Ok, "No session is past its grace period and still open.")
            : new(NoShows, Severity.Warning, $"{count} sessions are past their grace period and still open: no sweeper runs, or it is behind.") { Count = count, Examples = examples });
        return findings;
    }

    private static async Task<IReadOnlyList<Finding>> OfReadersAsync(NpgsqlConnection connection)
    {
        var readers = await connection.RowsAsync("""
            select r.name, r.cut_off_at::text, r.cut_off_reason, r.failing_since::text,
                   (select count(*) from (select from wingman.events e where (e.tx, e.id) > (r.tx, r.id) limit 100001) behind)::text,
                   (select count(*) from wingman.webhook_dead_letters d where d.receiver = r.name)::text
            from wingman.log_readers r order by r.name
            """);
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
    }
}
