using System.Text.Json;
using Npgsql;
using Wingman.Silo.Hosting;
using Wingman.Silo.Storage.Batching;
using static Wingman.Silo.Hosting.SiloCommands;

namespace Wingman.Silo.Operations.Support;

/// <summary><c>Wingman.Silo explain session|user &lt;id&gt; [--json]</c>: prints what the database has about it, and changes nothing.</summary>
internal static class ExplainCommand
{
    private const string Usage = """
        Usage: explain session <id> [--json]
               explain user <id> [--json]
               shows what the database of ConnectionStrings__Wingman has about it, and what is odd about it;
               exit code 0, 1 if it is unknown, 2 if the database could not be read
        """;

    /// <summary>Whether the command line asks for an explanation instead of a silo.</summary>
    public static bool Asks(string[] args) => args is ["explain", ..];

    /// <summary>Explains.</summary>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var asJson = args.Contains("--json");
        string[] words = [.. args.Where(static word => word != "--json")];
        if (words is not ["explain", "session" or "user", var key] || !Guid.TryParse(key, out var id)) return await RefuseAsync(Usage);
        var configuration = ReadConfiguration();
        if (configuration.FindConnectionString() is not { } connectionString)
            return await RefuseAsync("Set ConnectionStrings__Wingman to the database.");

        try
        {
            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
            await connection.OpenAsync();
            var explainer = new Explainer(configuration, TimeProvider.System);
            if (words[1] == "session")
            {
                var session = await explainer.ExplainSessionAsync(connection, id);
                await Console.Out.WriteLineAsync(asJson ? JsonSerializer.Serialize(session, Explainer.Json) : SupportText.Of(session));
                return session.Row is null && session.Lines.Count == 0 ? 1 : 0;
            }

            var user = await explainer.ExplainUserAsync(connection, id);
            await Console.Out.WriteLineAsync(asJson ? JsonSerializer.Serialize(user, Explainer.Json) : SupportText.Of(user));
            return user.Matches == 0 && user.Announced is null ? 1 : 0;
        }
        catch (PostgresException missing) when (missing.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.InvalidSchemaName)
        {
            return await RefuseAsync($"The database does not have the schema of this version ({OneLine.Of(missing.MessageText)}): run ./wingman schema apply.");
        }
        catch (Exception failure) when (DatabaseError.IsOfDatabase(failure))
        {
            return await RefuseAsync($"The database could not be read: {OneLine.Of(failure.Message)}");
        }
    }
}
