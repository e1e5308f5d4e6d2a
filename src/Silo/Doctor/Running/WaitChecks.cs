using System.Globalization;
using Npgsql;
using Wingman.Silo.Storage.Log;

namespace Wingman.Silo.Doctor.Running;

/// <summary>Who waits for whom in the database, who keeps a transaction open, and who holds back the log's readers.</summary>
/// <param name="idle">For how long a transaction may be idle.</param>
/// <param name="writing">For how long a transaction may hold back the log's readers.</param>
internal sealed class WaitChecks(TimeSpan idle, TimeSpan writing) : IDoctorCheck
{
    private const string Locks = "locks";
    private const string Transactions = "transactions";
    private const string Horizon = "log_horizon";

    // A superuser has the privileges of every role. Of other roles' processes, a role without this one's sees no state and no time.
    private const string SightSql = """
        select current_user::text, quote_ident(current_user), pg_has_role(current_user, 'pg_read_all_stats', 'usage')::text
        """;

    private const string WaitsSql = """
        select w.pid::text, coalesce(w.application_name, ''), coalesce(left(regexp_replace(w.query, '\s+', ' ', 'g'), 60), ''),
               coalesce(extract(epoch from clock_timestamp() - w.query_start)::bigint::text, 'unknown'), b.pid::text, coalesce(b.application_name, ''), coalesce(b.state, ''),
               coalesce(extract(epoch from clock_timestamp() - b.xact_start)::bigint::text, 'unknown')
        from pg_stat_activity w cross join lateral unnest(pg_blocking_pids(w.pid)) p (pid) join pg_stat_activity b on b.pid = p.pid
        where w.datname = current_database()
        order by w.query_start limit 20
        """;

    private static string IdleSql(TimeSpan idle) => $"""
        select pid::text, coalesce(usename::text, ''), coalesce(application_name, ''), extract(epoch from clock_timestamp() - xact_start)::bigint::text
        from pg_stat_activity
        where datname = current_database() and state like 'idle in transaction%' and xact_start < clock_timestamp() - {Interval(idle)}
        order by xact_start limit 20
        """;

    private static string Interval(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"interval '{span.TotalSeconds} seconds'");

    public async Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection)
    {
        List<Finding> findings = [];
        foreach (var row in await connection.RowsAsync(WaitsSql))
        {
            findings.Add(new(Locks, Severity.Warning, $"Process {row[0]} ('{row[1]}': {row[2]}) has waited {row[3]} seconds for process {row[4]} ('{row[5]}', {row[6]}, in a transaction for {row[7]} seconds).")
            {
                Command = $"select pg_terminate_backend({row[4]});",
            });
        }

        foreach (var row in await connection.RowsAsync(IdleSql(idle)))
        {
            findings.Add(new(Transactions, Severity.Warning, $"Process {row[0]} (role {row[1]}, '{row[2]}') keeps a transaction open for {row[3]} seconds and does nothing: other transactions wait for everything that it has locked.")
            {
                Command = $"select pg_terminate_backend({row[0]});",
            });
        }

        foreach (var holder in await LogHorizon.FindHoldersAsync(connection, olderThan: writing))
        {
            findings.Add(new(Horizon, Severity.Warning, string.Create(
                CultureInfo.InvariantCulture,
                $"A transaction ({holder.Who}; {holder.State}) has written, and has been open for {holder.Age.TotalSeconds:0} seconds: readers of the log get no lines that are newer than it.")
                + (holder.State == LogHorizon.Prepared ? " Ask its transaction manager first whether it has decided to commit it, and run the command in that database." : ""))
            {
                Command = holder.Ending,
            });
        }

        var sight = (await connection.RowsAsync(SightSql))[0];
        var seesAll = sight[2] == "true";
        if (findings.Count == 0)
            findings.Add(new(Locks, Severity.Ok, seesAll ? "No process waits for a lock, and no transaction is kept open." : "No process waits for a lock."));
        if (!seesAll)
        {
            findings.Add(new(
                Transactions,
                Severity.Warning,
                $"The role {sight[0]} does not see since when other roles' transactions are open, so one of them that is kept open, or that holds back the log's readers, "
                + "is not found. Run the doctor as a role that sees them, or, as a superuser:")
            {
                Command = $"grant pg_read_all_stats to {sight[1]};",
            });
        }

        return findings;
    }
}
