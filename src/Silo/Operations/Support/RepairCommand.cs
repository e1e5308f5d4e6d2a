using Npgsql;
using Wingman.Operators;
using Wingman.Silo.Hosting;
using Wingman.Silo.Storage.Batching;
using static Wingman.Silo.Hosting.SiloCommands;

namespace Wingman.Silo.Operations.Support;

/// <summary>
/// <c>Wingman.Silo repair ...</c>: an operator's act from the command line, as a client of the cluster, which it finds in the
/// database. It needs no sign-in: a person who has the connection string could change the rows without it, but less safely.
/// </summary>
internal static class RepairCommand
{
    private const string Usage = """
        Usage: repair complete session <id> --reason "..." [--operator name]
               repair cancel session <id> --reason "..." [--operator name]
               repair undo-no-show session <id> [--user <id>] --reason "..." [--operator name]
               repair erase-user <id> --reason "..." [--operator name]
               through the cluster of ConnectionStrings__Wingman (and Orleans__ClusterId), logged with the operator's name (your
               account's, if not given) and the reason; exit code 0 if it is done or was done before, 1 if it is refused, 2 if it
               could not be tried or its outcome is unknown: every repair may be retried
        """;

    private static readonly TimeSpan ConnectDeadline = TimeSpan.FromSeconds(20);

    /// <summary>Whether the command line asks for a repair instead of a silo.</summary>
    public static bool Asks(string[] args) => args is ["repair", ..];

    /// <summary>Repairs.</summary>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (Parse(args) is not { } order) return await RefuseAsync(Usage);

        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddSecretFiles();
        if (builder.Configuration.FindConnectionString() is null)
            return await RefuseAsync("Set ConnectionStrings__Wingman to the database of the cluster.");

        // A client that ends after one call collects no figures for the dashboard.
        builder.Configuration[$"{OperationsOptions.Section}:{nameof(OperationsOptions.Dashboard)}"] = "false";
        await builder.AddWingmanDatabaseAsync();
        builder.AddWingmanClient();
        builder.Logging.ClearProviders();
        using var host = builder.Build();
        try
        {
            using var deadline = new CancellationTokenSource(ConnectDeadline);
            await host.StartAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            return await RefuseAsync(await WhyNotReachedAsync(host.Services.GetRequiredService<DatabaseConnections>().Cluster));
        }

        try
        {
            var answer = await order(new RepairService(host.Services.GetRequiredService<IGrainFactory>()));
            await Console.Out.WriteLineAsync(answer.Text);
            return answer.Outcome is RepairEnd.Done or RepairEnd.Nothing ? 0 : 1;
        }
        catch (Exception failure) when (failure is StorageException or OrleansException || DatabaseError.IsOfDatabase(failure))
        {
            return await RefuseAsync($"It is unknown whether it was done ({OneLine.Of(failure.Message)}). Retry it: that is safe.");
        }
        finally
        {
            using var leaving = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await host.StopAsync(leaving.Token);
        }
    }

    /// <summary>Why the cluster was not reached: the database in which silos are found does not answer, or the silos do not.</summary>
    internal static async Task<string> WhyNotReachedAsync(NpgsqlDataSource database)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync();
            return $"No silo of the cluster answered within {ConnectDeadline.TotalSeconds} seconds. Nothing was changed.";
        }
        catch (Exception failure) when (DatabaseError.IsOfDatabase(failure))
        {
            return $"The database, in which the cluster's silos are found, cannot be reached ({OneLine.Of(failure.Message)}). Nothing was changed.";
        }
    }

    private static Func<RepairService, Task<RepairAnswer>>? Parse(string[] args)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal) { ["--operator"] = Environment.UserName };
        List<string> words = [];
        for (var i = 1; i < args.Length; i++)
        {
            if (args[i] is not ("--reason" or "--operator" or "--user")) words.Add(args[i]);
            else if (i + 1 < args.Length) options[args[i]] = args[++i];
            else return null;
        }

        if (!options.TryGetValue("--reason", out var reason)) return null;
        UserId? user = options.TryGetValue("--user", out var text) ? Guid.TryParse(text, out var named) ? new UserId(named) : default(UserId) : null;
        var act = new OperatorAct(options["--operator"], reason);
        RepairKind? kind = words switch
        {
            ["complete", "session", _] => RepairKind.Complete,
            ["cancel", "session", _] => RepairKind.Cancel,
            ["undo-no-show", "session", _] => user is null ? RepairKind.Reopen : RepairKind.Excuse,
            _ => null,
        };
        if (words.Count == 0 || !Guid.TryParse(words[^1], out var id) || user == default(UserId) || (user is not null && kind != RepairKind.Excuse)) return null;
        if (kind is { } known) return service => service.RepairAsync(new(id), new(known, act, user));
        return words is ["erase-user", _] ? service => service.EraseAsync(new(id), act) : null;
    }
}
