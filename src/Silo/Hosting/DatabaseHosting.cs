using Microsoft.Extensions.Options;
using Npgsql;
using Wingman.Development;
using Wingman.Silo.Storage;

namespace Wingman.Silo.Hosting;

/// <summary>Finds the database: the configured one, or in Development a private one of our own.</summary>
public static class DatabaseHosting
{
    /// <summary>The name of the connection string.</summary>
    public const string ConnectionName = "Wingman";

    /// <summary>
    /// Registers the database. In Development, without <c>ConnectionStrings:Wingman</c>, starts a private Postgres under the
    /// repository first; it stops with the host.
    /// </summary>
    /// <param name="builder">The host's builder.</param>
    /// <returns>When the connection string is known.</returns>
    /// <exception cref="StartRefusedException">Outside Development there is no connection string, or it cannot be read; or there is no such directory of secrets.</exception>
    public static async Task AddWingmanDatabaseAsync(this IHostApplicationBuilder builder)
    {
        builder.AddLoggingDefaults();
        builder.Configuration.AddSecretFiles();
        var connectionString = builder.Configuration.FindConnectionString();
        if (connectionString is null)
        {
            if (!builder.Environment.IsDevelopment())
            {
                throw new StartRefusedException(
                    $"ConnectionStrings:{ConnectionName} is missing: set ConnectionStrings__{ConnectionName} to the Postgres database that Wingman is to use.");
            }

            using var logging = LoggerFactory.Create(logging => logging.AddConfiguration(builder.Configuration.GetSection("Logging")).AddConsole().AddOneLineFormatter());
            var embedded = await StartPrivateAsync(logging.CreateLogger<EmbeddedPostgres>());
            connectionString = embedded.GetConnectionString();
            builder.Services.AddHostedService(_ => new EmbeddedPostgresService(embedded));
        }

        builder.Services.AddOptions<StorageOptions>().BindConfiguration(StorageOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton(services => new DatabaseAddress(connectionString, services.GetRequiredService<IOptions<StorageOptions>>().Value));
        builder.Services.AddSingleton<DatabaseConnections>();
        builder.Services.AddSingleton<ProductFeatures>();
        builder.Services.AddSingleton<DatabaseGate>();
    }

    /// <summary>The configured connection string, which leads to the primary where it names several hosts; null where none is set.</summary>
    /// <exception cref="StartRefusedException">It cannot be read.</exception>
    internal static string? FindConnectionString(this IConfiguration configuration)
    {
        if (configuration.GetConnectionString(ConnectionName) is not { } text || string.IsNullOrWhiteSpace(text)) return null;

        try
        {
            var builder = new NpgsqlConnectionStringBuilder(text);
            DatabaseAddress.AskForPrimary(builder);
            return builder.ConnectionString;
        }
        catch (ArgumentException)
        {
            // The driver's message repeats what it takes for a setting's name: of an address that ends in ?sslmode=require, all that comes
            // before the equals sign, the password included.
            throw new StartRefusedException(
                $"ConnectionStrings:{ConnectionName} cannot be read: set it to Host=...;Database=...;Username=...;Password=..., not to an address (postgresql://...), and quote a value that has a semicolon, a quote or an equals sign.");
        }
    }

    private static async Task<EmbeddedPostgres> StartPrivateAsync(ILogger logger)
    {
        try
        {
            return await EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.InRepository(), logger, CancellationToken.None);
        }
        catch (EmbeddedPostgresException impossible)
        {
            throw new StartRefusedException(impossible.Message);
        }
    }

    private sealed class EmbeddedPostgresService(EmbeddedPostgres postgres) : LifecycleService
    {
        // After everything that needs it.
        public override async Task StoppedAsync(CancellationToken cancellationToken) => await postgres.DisposeAsync();
    }
}
