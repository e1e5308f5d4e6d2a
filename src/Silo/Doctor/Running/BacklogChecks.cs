using System.Globalization;
using Npgsql;
using Wingman.Sweeping;

namespace Wingman.Silo.Doctor.Running;

/// <summary>Whether sessions that are over by now have ended, and how far the log's readers are.</summary>
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
        if (row[0] is not { } since) return [new(NoShows, Severity.Ok, "No-shows are not detected: no silo has begun to, or it is off.")];

        List<Finding> findings = [];
        // The time of the last round is stored once a minute.
        if (row[2] != "0" && (row[1] == "never" || long.Parse(row[1]!, CultureInfo.InvariantCulture) > 180))
            findings.Add(new(NoShows, Severity.Problem, $"Silos run, and the last round of the no-show detection began {row[1]} seconds ago: the sweeper's reminder or its queries fail."));

        // Where the service was down, sessions have their grace anew: an hour more than that is left to the sweeper.
        var grace = string.Create(CultureInfo.InvariantCulture, $"interval '{options.GracePeriod.TotalSeconds} seconds'");
        var (count, examples) = await connection.CountAsync($"""
            select id from public.wingman_sessions s
            where (status in ('scheduled', 'in_progress') or status is null) and scheduled_time >= '{since}'::timestamptz
              and scheduled_time < now() - {grace} - interval '5 minutes'
              and not exists (select from wingman.service_gaps g where g.from_time <= s.scheduled_time + {grace} and s.scheduled_time < g.to_time and now() < g.to_time + {grace})
            """);
        findings.Add(count == 0
            ? new(NoShows, Severity.Ok, "No session is past its grace period and still open.")
            : new(NoShows, Severity.Warning, $"{count} sessions are past their grace period and still open: nothing ends them, or the sweeper is behind.") { Count = count, Examples = examples });
        return findings;
    }

    // Whatever follows the log keeps its position in a table of ours that has these columns.
    private static async Task<IReadOnlyList<Finding>> OfReadersAsync(NpgsqlConnection connection)
    {
        var tables = await connection.RowsAsync("""
            select c.oid::regclass::text, min(n.attname::text) from pg_class c
            join pg_attribute t on t.attrelid = c.oid and t.attname in ('tx', 'position_tx', 'cursor_tx')
            join pg_attribute n on n.attrelid = c.oid and n.attname in ('name', 'reader', 'subscriber', 'endpoint')
            where c.relnamespace = to_regnamespace('wingman') and c.relkind = 'r' and c.relname <> 'events' and format_type(t.atttypid, null) = 'xid8'
            group by c.oid order by 1
            """);
        List<Finding> findings = [];
        foreach (var row in tables)
        {
            var column = (await connection.RowsAsync($"select attname::text from pg_attribute where attrelid = '{row[0]}'::regclass and attname in ('tx', 'position_tx', 'cursor_tx')"))[0][0];
            foreach (var reader in await connection.RowsAsync($"""
                select r.{row[1]}::text, (select count(*) from (select from wingman.events e where e.tx > r.{column} limit 100001) behind)::text from {row[0]} r order by 1
                """))
            {
                var behind = long.Parse(reader[1]!, CultureInfo.InvariantCulture);
                findings.Add(new(Readers, behind > 10_000 ? Severity.Warning : Severity.Ok, $"The reader {reader[0]} is {(behind > 100_000 ? "more than 100000" : behind)} lines of the log behind.") { Count = behind });
            }
        }

        if (findings.Count == 0) findings.Add(new(Readers, Severity.Ok, "Nobody keeps a position in the log."));
        return findings;
    }
}
