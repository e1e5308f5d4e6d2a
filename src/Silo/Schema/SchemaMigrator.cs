using System.Runtime.ExceptionServices;
using DbUp;
using Npgsql;

namespace Wingman.Silo.Schema;

/// <summary>Brings a database to the schema that this build needs. Any number of hosts may try at once; one does the work.</summary>
internal static partial class SchemaMigrator
{
    /// <summary>Where Orleans' tables are.</summary>
    public const string OrleansSchema = "orleans";

    /// <summary>Where Wingman's own tables and the journal of applied scripts are.</summary>
    public const string WingmanSchema = "wingman";

    /// <summary>The journal of applied scripts.</summary>
    public const string Journal = "schema_versions";

    // Any number will do, as long as every version of Wingman uses the same.
    internal const long MigrationLock = 0x57696E676D616E;

    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Applies what is missing, in one transaction: all of it or nothing. Safe to run again, and from many hosts at once. Attempts nothing
    /// when the schema is current, so that a role that may not create tables can call it.
    /// </summary>
    /// <exception cref="NpgsqlException">The database cannot be reached, or refused a script; then nothing was applied.</exception>
    /// <exception cref="EarlierSchemaException">The database has the schema of an earlier development version.</exception>
    /// <exception cref="RowSecurityException">The role would not see whether there are sessions already; nothing was applied.</exception>
    public static async Task ApplyAsync(string connectionString, ILogger logger, CancellationToken cancellation)
    {
        if (await IsCurrentAsync(connectionString, cancellation)) return;

        await RefuseEarlierShapeAsync(connectionString, cancellation);
        var unpooled = Unpooled(connectionString);
        await using var guard = new NpgsqlConnection(unpooled);
        await guard.OpenAsync(cancellation);

        // A lock of the transaction, not of the session: poolers that hand out a server per transaction never release the latter.
        await using var held = await guard.BeginTransactionAsync(cancellation);
        await using (var stay = new NpgsqlCommand("set local idle_in_transaction_session_timeout = 0", guard, held)) await stay.ExecuteNonQueryAsync(cancellation);

        // Retried, instead of waiting in one statement: if the network went silent, such a statement would wait for ever.
        await using var take = new NpgsqlCommand($"select pg_try_advisory_xact_lock({MigrationLock})", guard, held);
        while (await take.ExecuteScalarAsync(cancellation) is not true) await Task.Delay(LockPause, cancellation);

        // `create schema if not exists` needs the privilege to create even where the schema exists, so it is executed only where it does not.
        await using var exists = new NpgsqlCommand($"select to_regnamespace('{WingmanSchema}') is not null", guard, held);
        var createSchema = await exists.ExecuteScalarAsync(cancellation) is not true;
        await RefuseBlindRoleAsync(guard, held, cancellation);
        await Task.Run(() => Upgrade(unpooled, createSchema, logger), cancellation);
        await CloseToOutsidersAsync(guard, held, cancellation);
        await held.CommitAsync(CancellationToken.None);
    }

    /// <summary>Whether every script of this build has been applied. Needs no more than the right to read the journal.</summary>
    public static async Task<bool> IsCurrentAsync(string connectionString, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(Unpooled(connectionString));
        await connection.OpenAsync(cancellation);
        await using var exists = new NpgsqlCommand($"select to_regclass('{WingmanSchema}.{Journal}') is not null", connection);
        if (await exists.ExecuteScalarAsync(cancellation) is not true) return false;

        var applied = new HashSet<string>(StringComparer.Ordinal);
        await using var journal = new NpgsqlCommand($"select scriptname from {WingmanSchema}.{Journal}", connection);
        await using var reader = await journal.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) applied.Add(reader.GetString(0));
        return SchemaScripts.All.All(script => applied.Contains(script.Name));
    }

    // A development database of an earlier version, in which the product's rows were not the only state. Its sessions and matches can be kept.
    private static async Task RefuseEarlierShapeAsync(string connectionString, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(Unpooled(connectionString));
        await connection.OpenAsync(cancellation);
        await using var exists = new NpgsqlCommand("select to_regclass('orleans.wingman_schema_versions') is not null", connection);
        if (await exists.ExecuteScalarAsync(cancellation) is true)
        {
            throw new EarlierSchemaException(
                "The database has the schema of an earlier development version: run 'drop schema orleans cascade; drop table public.reputation_credits;' "
                + "on it, which keeps its sessions and matches, or, for the private database of Development, delete the directory .wingman to begin with an empty one.");
        }
    }

    // The script that creates the table below checks whether there are sessions. If row-level security hides the rows from this role, a table
    // in use looks empty, so refuse. A role without the create privilege is not checked: its scripts fail anyway, and the host waits until
    // another role has applied them.
    private static async Task RefuseBlindRoleAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation)
    {
        const string Sql = $"""
            select to_regclass('{WingmanSchema}.no_show_detection') is null
               and coalesce(has_schema_privilege(to_regnamespace('{WingmanSchema}'), 'create'), has_database_privilege(current_database(), 'create'))
            """;
        await using var creates = new NpgsqlCommand(Sql, connection, transaction);
        if (await creates.ExecuteScalarAsync(cancellation) is true) await RowSecurityCheck.RunBeforeSchemaAsync(connection, cancellation);
    }

    // Default privileges of the whole database, which are the product's, open every new table to a REST layer's roles.
    private static async Task CloseToOutsidersAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation)
    {
        const string Sql = $"""
            do $close$
            declare outsider text;
            begin
              for outsider in select quote_ident(rolname) from pg_roles where rolname in ('anon', 'authenticated') union all select 'public' loop
                execute 'revoke all on all tables in schema {OrleansSchema}, {WingmanSchema} from ' || outsider;
                execute 'revoke all on all sequences in schema {OrleansSchema}, {WingmanSchema} from ' || outsider;
              end loop;
            end
            $close$
            """;
        await using var close = new NpgsqlCommand(Sql, connection, transaction);
        await close.ExecuteNonQueryAsync(cancellation);
    }

    private static void Upgrade(string connectionString, bool createSchema, ILogger logger)
    {
        var result = DeployChanges.To
            .PostgresqlDatabase(connectionString, createSchema ? WingmanSchema : null)
            .WithScripts(SchemaScripts.All)
            .WithVariablesDisabled()
            .JournalToPostgresqlTable(WingmanSchema, Journal)
            .WithTransaction()
            .WithExecutionTimeout(TimeSpan.FromMinutes(5))
            .LogToNowhere()
            .Build()
            .PerformUpgrade();
        if (!result.Successful)
        {
            LogScriptFailed(logger, result.ErrorScript?.Name ?? "the journal");
            ExceptionDispatchInfo.Throw(result.Error);
        }

        foreach (var script in result.Scripts) LogApplied(logger, script.Name);
    }

    // Without a search path: DbUp takes it for the name of a single schema, and the scripts name theirs in full.
    private static string Unpooled(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, SearchPath = null, MaxAutoPrepare = 0 }.ConnectionString;

    [LoggerMessage(Level = LogLevel.Information, Message = "Schema script {Script} applied")]
    private static partial void LogApplied(ILogger logger, string script);

    [LoggerMessage(Level = LogLevel.Error, Message = "Schema script {Script} failed; nothing was changed")]
    private static partial void LogScriptFailed(ILogger logger, string script);
}

/// <summary>The database has the schema of a development version that this one does not continue.</summary>
/// <param name="message">How to go on.</param>
internal sealed class EarlierSchemaException(string message) : Exception(message);
