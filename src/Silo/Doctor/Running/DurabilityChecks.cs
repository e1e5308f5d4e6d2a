using Npgsql;

namespace Wingman.Silo.Doctor.Running;

/// <summary>
/// What the server keeps after the loss of power, and after the loss of the server itself. Wingman starts whatever these settings are; it refuses only
/// those with which an acknowledged commit can be lost in any crash (<see cref="TakeOver.ServerChecks"/>).
/// </summary>
internal sealed class DurabilityChecks : IDoctorCheck
{
    private const string Check = "durability";

    private const string Sql = """
        select current_setting('full_page_writes'), current_setting('synchronous_commit'), current_setting('synchronous_standby_names')
        """;

    public async Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection)
    {
        var row = (await connection.RowsAsync(Sql))[0];
        return Judge(row[0]!, row[1]!, row[2]!);
    }

    /// <summary>What the settings mean.</summary>
    /// <param name="fullPageWrites">full_page_writes.</param>
    /// <param name="synchronousCommit">synchronous_commit.</param>
    /// <param name="standbys">synchronous_standby_names; empty if no standby is synchronous.</param>
    internal static IReadOnlyList<Finding> Judge(string fullPageWrites, string synchronousCommit, string standbys)
    {
        List<Finding> findings = [];
        if (fullPageWrites == "off")
        {
            findings.Add(new(Check, Severity.Problem,
                "full_page_writes is off: if the power fails while a page is written, the page can be torn, and acknowledged changes on it are lost. It may be off only on storage that writes whole pages.")
            {
                Command = "alter system set full_page_writes = on; select pg_reload_conf();",
            });
        }

        var hasStandby = !string.IsNullOrWhiteSpace(standbys);
        if (hasStandby && synchronousCommit == "local")
        {
            findings.Add(new(Check, Severity.Warning,
                "synchronous_commit is local, so no commit waits for the synchronous standby: a failover can lose acknowledged commits. Set it to on (docs/failover.md)."));
        }

        if (findings.Count == 0)
        {
            findings.Add(new(Check, Severity.Ok, hasStandby
                ? $"A synchronous standby is configured, and synchronous_commit is {synchronousCommit}: acknowledged commits survive a failover to it."
                : "No synchronous standby is configured: acknowledged commits survive a crash of the server, but not the loss of its disk."));
        }

        return findings;
    }
}
