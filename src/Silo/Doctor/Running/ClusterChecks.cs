using System.Globalization;
using Npgsql;

namespace Wingman.Silo.Doctor.Running;

/// <summary>Which silos there are, by the membership table, and whether they are alive.</summary>
internal sealed class ClusterChecks : IDoctorCheck
{
    private const string Check = "cluster";

    /// <summary>A silo says every 5 seconds that it is alive.</summary>
    private static readonly TimeSpan Silent = TimeSpan.FromSeconds(30);

    // 3 is SiloStatus.Active, 6 SiloStatus.Dead.
    private const string Sql = """
        select deploymentid, address || ':' || port, hostname, status::text,
               extract(epoch from now() - starttime)::bigint::text, extract(epoch from now() - iamalivetime)::bigint::text
        from orleans.orleansmembershiptable where status <> 6 order by deploymentid, starttime
        """;

    // A silo that stops properly ends by writing itself that it is dead, and is then among those that suspected it.
    private const string DeadSql = """
        select count(*)::text from orleans.orleansmembershiptable
        where status = 6 and iamalivetime > now() - interval '1 hour'
          and position(address || ':' || port || '@' || generation || ',' in coalesce(suspecttimes, '')) = 0
        """;

    public async Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection)
    {
        List<Finding> findings = [];
        var silos = await connection.RowsAsync(Sql);
        foreach (var row in silos)
        {
            var (age, silence) = (Seconds(row[4]), Seconds(row[5]));
            var who = $"Silo {row[1]} of cluster {row[0]} on {row[2]}";
            if (row[3] != "3")
                findings.Add(new(Check, Severity.Warning, $"{who} is {(row[3] is "1" or "2" ? "starting" : "stopping")}, for {Age(age)}."));
            else if (silence > Silent)
                findings.Add(new(Check, Severity.Problem, $"{who} has not reported for {Age(silence)} that it is alive, and is still listed: the process has ended or hangs, and no other silo has declared it dead."));
            else
                findings.Add(new(Check, Severity.Ok, $"{who} has run for {Age(age)}."));
            // The silo's own clock wrote the time at which it was last alive.
            if (silence < -TimeSpan.FromSeconds(2))
                findings.Add(new(ClockChecks.Name, Severity.Warning, $"{who} has a clock that is {Age(-silence)} ahead of the database's."));
        }

        if (!silos.Exists(static row => row[3] == "3"))
            findings.Add(new(Check, Severity.Warning, "No silo runs on this database: no request is served, and no session ends as a no-show."));
        var dead = (await connection.RowsAsync(DeadSql))[0][0]!;
        if (dead != "0") findings.Add(new(Check, Severity.Warning, $"{dead} silos were declared dead in the last hour: each was killed, hung, or could not be reached."));
        return findings;
    }

    /// <summary>An age in words.</summary>
    public static string Age(TimeSpan age) => age switch
    {
        { TotalDays: >= 2 } => $"{(long)age.TotalDays} days",
        { TotalHours: >= 2 } => $"{(long)age.TotalHours} hours",
        { TotalMinutes: >= 2 } => $"{(long)age.TotalMinutes} minutes",
        _ => $"{(long)age.TotalSeconds} seconds",
    };

    private static TimeSpan Seconds(string? text) => TimeSpan.FromSeconds(long.Parse(text!, CultureInfo.InvariantCulture));
}
