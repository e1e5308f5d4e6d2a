using Microsoft.Extensions.Logging.Abstractions;
using Wingman.Development;
using Wingman.Silo.Schema;

namespace Wingman.Testing;

/// <summary>
/// One throw-away Postgres server for the tests of this process, started when a test first needs it. It is stopped, and its data
/// are deleted, when the process ends.
/// </summary>
public static class TestPostgres
{
    private const string Template = "wingman_template";

    private static readonly Lazy<Task<EmbeddedPostgres>> Server = new(StartAsync);
    private static int _databases;

    /// <summary>Creates a database with Wingman's schema and no rows.</summary>
    /// <returns>Its connection string.</returns>
    public static Task<string> CreateDatabaseAsync() => CreateAsync(Template);

    /// <summary>Creates a database without any tables.</summary>
    /// <returns>Its connection string.</returns>
    public static Task<string> CreateEmptyDatabaseAsync() => CreateAsync("template1");

    /// <summary>Applies Wingman's schema to a database of any server.</summary>
    /// <param name="connectionString">The database.</param>
    /// <param name="cancellation">Gives up.</param>
    public static Task ApplySchemaAsync(string connectionString, CancellationToken cancellation) =>
        SchemaMigrator.ApplyAsync(connectionString, NullLogger.Instance, cancellation);

    private static async Task<string> CreateAsync(string template)
    {
        var server = await Server.Value;
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await server.CreateDatabaseAsync(name, template);
        return server.GetConnectionString(name);
    }

    private static async Task<EmbeddedPostgres> StartAsync()
    {
        var options = EmbeddedPostgresOptions.ThrowAway(new Dictionary<string, string> { ["max_connections"] = "500" });
        var server = await EmbeddedPostgres.StartAsync(options, NullLogger.Instance, CancellationToken.None);
        await server.CreateDatabaseAsync(Template);
        await ApplySchemaAsync(server.GetConnectionString(Template), CancellationToken.None);
        return server;
    }
}
