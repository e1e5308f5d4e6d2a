using Npgsql;
using Wingman.Reputation;
using Wingman.Silo.Doctor.Running;
using Wingman.Silo.Doctor.TakeOver;
using Wingman.Silo.Hosting;
using Wingman.Silo.Storage.Batching;
using Wingman.Sweeping;
using static Wingman.Silo.Hosting.SiloCommands;

namespace Wingman.Silo.Doctor;

/// <summary><c>Wingman.Silo doctor [--takeover] [--url &lt;url&gt;] [--json]</c>: checks a database or a deployment, and changes nothing.</summary>
internal static class DoctorCommand
{
    private const string Usage = """
        Usage: doctor [--url <operators' url>] [--json]
               checks the database that ConnectionStrings__Wingman names, which Wingman already uses, with the role that Wingman uses,
               and the host whose operators' endpoints listen at the url, if one is given
               doctor --takeover [--json]
               checks the product's database before Wingman uses it, with the role that Wingman will use
               exit code 0 if there are no problems, 1 if there are problems, 2 if the database could not be read
        """;

    // Checks that explain the findings of others come first.
    private static readonly IDoctorCheck[] TakeOverChecks =
    [
        new ServerChecks(), new ConnectionChecks(), new TableChecks(), new IndexChecks(), new PrivilegeChecks(), new ForgeryChecks(), new RowChecks(), new ScoreChecks(),
    ];

    /// <summary>Whether the command line asks for the doctor instead of a silo.</summary>
    public static bool Asks(string[] args) => args is ["doctor", ..];

    /// <summary>Runs the checks and reports.</summary>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (Parse(args) is not var (isTakeOver, asJson, url)) return await RefuseAsync(Usage);
        var configuration = ReadConfiguration();
        if (configuration.FindConnectionString() is not { } connectionString)
            return await RefuseAsync("Set ConnectionStrings__Wingman to the database.");

        var deployment = url is null ? [] : await DeploymentCheck.RunAsync(url, TimeProvider.System);
        try
        {
            var report = await ExamineAsync(connectionString, isTakeOver ? TakeOverChecks : RunningChecks(configuration, TimeProvider.System));
            return await WriteAsync(new([.. deployment, .. report.Findings]), asJson);
        }
        catch (Exception failure) when (DatabaseError.IsOfDatabase(failure))
        {
            var unread = $"The database could not be read: {OneLine.Of(failure.Message)}";
            // The findings about the deployment are reported even if the database cannot be read, and a program that reads JSON gets JSON.
            if (asJson)
                await WriteAsync(new([.. deployment, new(ServerChecks.Name, Severity.Problem, unread)]), asJson);
            else if (deployment.Count > 0)
                await WriteAsync(new(deployment), asJson);
            return await RefuseAsync(unread);
        }
    }

    /// <summary>What is checked where Wingman runs.</summary>
    internal static IDoctorCheck[] RunningChecks(IConfiguration configuration, TimeProvider clock) =>
    [
        new ServerChecks(), new DurabilityChecks(), new ConnectionChecks(), new ClockChecks(clock), new TableChecks(expectsProduct: false), new SchemaChecks(), new PrivilegeChecks(), new OwnTableChecks(),
        new OwnIndexChecks(), new ForgeryChecks(), new IndexChecks(), new ClusterChecks(), new WaitChecks(idle: TimeSpan.FromMinutes(1), writing: TimeSpan.FromSeconds(10)),
        new BacklogChecks(configuration.GetSection(NoShowOptions.Section).Get<NoShowOptions>() ?? new()),
        new InvariantChecks((configuration.GetSection(ReputationOptions.Section).Get<ReputationOptions>() ?? new()).Counting),
    ];

    private static (bool IsTakeOver, bool AsJson, Uri? Url)? Parse(string[] args)
    {
        var (isTakeOver, asJson, url) = (false, false, (Uri?)null);
        for (var i = 1; i < args.Length; i++)
        {
            if (args[i] == "--takeover") isTakeOver = true;
            else if (args[i] == "--json") asJson = true;
            else if (args[i] == "--url" && i + 1 < args.Length && Uri.TryCreate(args[++i], UriKind.Absolute, out url) && url.Scheme is "http" or "https") continue;
            else return null;
        }

        return isTakeOver && url is not null ? null : (isTakeOver, asJson, url);
    }

    private static async Task<int> WriteAsync(DoctorReport report, bool asJson)
    {
        await Console.Out.WriteLineAsync(asJson ? report.ToJson() : report.ToString());
        return report.Problems == 0 ? 0 : 1;
    }

    /// <summary>Runs every check in one snapshot, in a transaction that cannot write.</summary>
    internal static async Task<DoctorReport> ExamineAsync(string connectionString, IDoctorCheck[]? checks = null)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 300 }.ConnectionString);
        await connection.OpenAsync();
        await using var begin = new NpgsqlCommand("begin isolation level repeatable read read only; set local lock_timeout = '5s'", connection);
        await begin.ExecuteNonQueryAsync();

        List<Finding> findings = [];
        foreach (var check in checks ?? TakeOverChecks)
        {
            if (check.ReadsRows && findings.Exists(static finding => finding is { Severity: Severity.Problem, Check: TableChecks.Tables or TableChecks.Columns or PrivilegeChecks.Name }))
            {
                findings.Add(new("rows", Severity.Warning, "The rows were not checked: first fix the problems with tables, columns and privileges."));
                break;
            }

            // Tables that do not exist cannot be checked further.
            if (findings.Exists(static finding => finding.Check == TableChecks.Tables)) break;
            findings.AddRange(await check.RunAsync(connection));

            // The next checks query tables that do not exist.
            if (check is SchemaChecks && findings.Exists(static finding => finding is { Check: SchemaChecks.Name, Severity: Severity.Problem })) break;
        }

        await using var end = new NpgsqlCommand("rollback", connection);
        await end.ExecuteNonQueryAsync();
        return new(findings);
    }
}
