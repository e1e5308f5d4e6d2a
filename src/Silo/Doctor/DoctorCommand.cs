using Npgsql;
using Wingman.Silo.Doctor.TakeOver;
using Wingman.Silo.Hosting;

namespace Wingman.Silo.Doctor;

/// <summary><c>Wingman.Silo doctor --takeover [--json]</c>: looks at a database before Wingman works on it, and changes nothing.</summary>
internal static class DoctorCommand
{
    private const string Usage = """
        Usage: doctor --takeover [--json]
               look at the product's database that ConnectionStrings__Wingman names, as the role that Wingman will be;
               exit code 0 if nothing stands in the way, 1 if there are problems, 2 if it could not be looked at
        """;

    // Those that say most about the others come first.
    private static readonly IDoctorCheck[] TakeOverChecks =
    [
        new ServerChecks(), new ConnectionChecks(), new TableChecks(), new IndexChecks(), new PrivilegeChecks(), new ForgeryChecks(), new RowChecks(), new ScoreChecks(),
    ];

    /// <summary>Whether the command line asks for the doctor instead of a silo.</summary>
    public static bool Asks(string[] args) => args is ["doctor", ..];

    /// <summary>Looks and reports.</summary>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not (["doctor", "--takeover"] or ["doctor", "--takeover", "--json"] or ["doctor", "--json", "--takeover"]))
            return await RefuseAsync(Usage);
        if (WebApplication.CreateBuilder().Configuration.GetConnectionString(DatabaseHosting.ConnectionName) is not { Length: > 0 } connectionString)
            return await RefuseAsync("Set ConnectionStrings__Wingman to the product's database.");

        try
        {
            var report = await ExamineAsync(connectionString);
            await Console.Out.WriteLineAsync(args.Contains("--json") ? report.ToJson() : report.ToString());
            return report.Problems == 0 ? 0 : 1;
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
        {
            return await RefuseAsync($"The database could not be looked at: {failure.Message}");
        }
    }

    /// <summary>Runs every check in one snapshot, in a transaction that cannot write.</summary>
    internal static async Task<DoctorReport> ExamineAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 300 }.ConnectionString);
        await connection.OpenAsync();
        await using var begin = new NpgsqlCommand("begin isolation level repeatable read read only; set local lock_timeout = '5s'", connection);
        await begin.ExecuteNonQueryAsync();

        List<Finding> findings = [];
        foreach (var check in TakeOverChecks)
        {
            if (check.ReadsRows && findings.Exists(static finding => finding is { Severity: Severity.Problem, Check: TableChecks.Tables or TableChecks.Columns or PrivilegeChecks.Name }))
            {
                findings.Add(new("rows", Severity.Warning, "The rows were not looked at: first mend the problems of tables, columns and privileges."));
                break;
            }

            // Nothing can be said of tables that are not there.
            if (findings.Exists(static finding => finding.Check == TableChecks.Tables)) break;
            findings.AddRange(await check.RunAsync(connection));
        }

        await using var end = new NpgsqlCommand("rollback", connection);
        await end.ExecuteNonQueryAsync();
        return new(findings);
    }

    private static async Task<int> RefuseAsync(string reason)
    {
        await Console.Error.WriteLineAsync(reason);
        return 2;
    }
}
