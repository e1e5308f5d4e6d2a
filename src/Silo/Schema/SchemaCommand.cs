using Npgsql;
using Wingman.Silo.Hosting;
using Wingman.Silo.Storage.Batching;
using static Wingman.Silo.Hosting.SiloCommands;

namespace Wingman.Silo.Schema;

/// <summary><c>Wingman.Silo schema apply|check|grants|lockdown</c>: for databases where the service's own role may not create or change tables.</summary>
internal static class SchemaCommand
{
    private const string Usage = """
        Usage: schema apply    apply the missing scripts, as the role that ConnectionStrings__Wingman names
               schema check    exit code 0 if the database has the schema that this build needs, 1 if not
               schema grants <role>
                               print the statements that let a role with fewer privileges run the service; run them in psql as the
                               owner
               schema lockdown [--apply | --undo]
                               print the statements that forbid writes to the product's two tables through a REST layer;
                               run them, or undo them, as the tables' owner
        """;

    /// <summary>Whether the command line asks for the schema instead of a silo.</summary>
    public static bool Asks(string[] args) => args is ["schema", ..];

    /// <summary>Does what the command line asks and says so.</summary>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["schema", "grants", { Length: > 0 } role])
        {
            await Console.Out.WriteLineAsync(RuntimeGrants.For(role));
            return 0;
        }

        if (args is ["schema", "lockdown"])
        {
            await Console.Out.WriteLineAsync(Lockdown.Apply);
            return 0;
        }

        var configuration = ReadConfiguration();
        if (args is not (["schema", "apply" or "check"] or ["schema", "lockdown", "--apply" or "--undo"])) return await RefuseAsync(Usage);
        if (configuration.FindConnectionString() is not { } connectionString)
            return await RefuseAsync("Set ConnectionStrings__Wingman to the database; the private one of Development has its schema from its first start.");

        using var logging = LoggerFactory.Create(static logging => logging
            .AddSimpleConsole(static format => format.SingleLine = true)
            .AddConsole(static console => console.FormatterName = OneLineFormatter.FormatterName)
            .AddOneLineFormatter());
        try
        {
            if (args[1] == "lockdown") return await LockdownAsync(connectionString, args[2] == "--apply");
            if (args[1] == "apply")
                await SchemaMigrator.ApplyAsync(connectionString, logging.CreateLogger(typeof(SchemaCommand)), CancellationToken.None);
            var current = await SchemaMigrator.IsCurrentAsync(connectionString, CancellationToken.None);
            await Console.Out.WriteLineAsync(current ? "The schema is current." : "The schema is not current: run schema apply.");
            return current ? 0 : 1;
        }
        catch (RowSecurityException blind)
        {
            return await RefuseAsync(OneLine.Of(blind.Message));
        }
        catch (Exception failure) when (DatabaseError.IsOfDatabase(failure))
        {
            return await RefuseAsync($"The database refused: {OneLine.Of(failure.Message)}");
        }
    }

    private static async Task<int> LockdownAsync(string connectionString, bool close)
    {
        if (!await SchemaMigrator.IsCurrentAsync(connectionString, CancellationToken.None))
            return await RefuseAsync("The schema is not current: run schema apply.");

        await using var owner = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await owner.OpenAsync();
        await using var roles = new NpgsqlCommand("select count(*) from pg_roles where rolname = any ($1)", owner);
        roles.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = IsolationCheck.Outsiders });
        if (await roles.ExecuteScalarAsync() is not 2L)
            return await RefuseAsync("The database has no roles anon and authenticated: there is no REST layer to close the tables to.");

        await using var script = new NpgsqlCommand(close ? Lockdown.Apply : Lockdown.Undo, owner);
        await script.ExecuteNonQueryAsync();
        await Console.Out.WriteLineAsync(close
            ? "Writes to the product's tables through a REST layer are forbidden now. Reads are not affected. Undo it with schema lockdown --undo."
            : "The product's tables have the same privileges and policies as before schema lockdown --apply.");
        return 0;
    }
}
