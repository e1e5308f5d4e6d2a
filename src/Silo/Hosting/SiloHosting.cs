using System.Net;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Dashboard;
using Orleans.Storage;
using Wingman.Development;
using Wingman.Events;
using Wingman.Matches;
using Wingman.Reputation;
using Wingman.Sessions;
using Wingman.Silo.Hosting.Encryption;
using Wingman.Silo.Operations;
using Wingman.Silo.Storage;
using Wingman.Silo.Webhooks;
using Wingman.State;
using Wingman.Sweeping;

namespace Wingman.Silo.Hosting;

/// <summary>Makes a host a silo: a process that runs grains, and forms one cluster with all others on its database.</summary>
public static class SiloHosting
{
    /// <summary>Adds the silo. The database must have been added.</summary>
    /// <param name="builder">The host's builder.</param>
    public static void AddWingmanSilo(this IHostApplicationBuilder builder)
    {
        builder.AddWingmanGrains();
        builder.Services.AddHostedService<MetricsInitializer>();
        builder.Services.AddHostedService<LogHorizonLag>();
        builder.Services.AddHostedService<ClockOffset>();
        builder.UseOrleans(silo =>
        {
            var services = silo.Services;
            services.AddOptions<AdoNetClusteringSiloOptions>().Configure<DatabaseConnections>((options, database) => options.DataSource = database.Cluster);
            silo.UseAdoNetClustering(options => options.Invariant = ClusterDefaults.Invariant);
            services.Configure<EndpointOptions>(options => ConfigureEndpoints(options, builder.Configuration.GetSection("Orleans:Endpoints")));
            ClusterDefaults.ConfigureMembership(services);
            services.AddSingleton<PredecessorGate>();
            services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<PredecessorGate>());
            services.Configure<SiloMessagingOptions>(ClusterDefaults.ConfigureSiloMessaging);
            services.Configure<GrainCollectionOptions>(ClusterDefaults.ConfigureActivations);
            silo.UseClusterTls(builder.Configuration);
            // So the page of two phones can find the silo's process.
            if (builder.Environment.IsDevelopment()) services.Configure<SiloOptions>(options => options.SiloName = SiloProcess.OwnName);
            if (Dashboard.IsWanted(builder.Configuration, builder.Environment)) silo.AddDashboard(options => Dashboard.Configure(options, builder.Configuration));
        });
    }

    /// <summary>
    /// Adds the grains and what they need: their options, the clock, storage, reminders, and the sweeper's start. Where the
    /// silos are and how they find each other is left open.
    /// </summary>
    internal static void AddWingmanGrains(this IHostApplicationBuilder builder)
    {
        builder.AddClusterDefaults();
        var services = builder.Services;
        services.AddOptions<NoShowOptions>().BindConfiguration(NoShowOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<SessionsOptions>().BindConfiguration(SessionsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ReputationOptions>().BindConfiguration(ReputationOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(CreateTables);
        services.AddSingleton<ISessionTable>(static provider => provider.GetRequiredService<ProductTables>());
        services.AddSingleton<IReputationTable>(static provider => provider.GetRequiredService<ProductTables>());
        services.AddSingleton<IChallengeTable>(static provider => provider.GetRequiredService<ProductTables>());
        services.AddSingleton<IEventLog>(static provider => provider.GetRequiredService<ProductTables>());
        services.AddSingleton<INoShowTable>(static provider => new NoShowTable(provider.GetRequiredService<DatabaseConnections>().Background));
        services.AddSingleton<ICompletionLog>(static provider => new CompletionLog(provider.GetRequiredService<DatabaseConnections>().Background));
        services.AddSingleton<StorageMetrics>();
        services.AddSingleton<SessionMetrics>();
        services.AddSingleton<SweeperMetrics>();
        services.AddSingleton<SessionServices>();
        services.AddSingleton<WatchedSessions>();
        services.AddHostedService(static provider => provider.GetRequiredService<WatchedSessions>());
        services.AddSingleton<CompletionTimes>();
        services.AddHostedService(static provider => provider.GetRequiredService<CompletionTimes>());
        services.AddSingleton<AnnouncementThrottle>();
        services.AddSingleton<ActiveReputations>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<DatabaseGate>());
        services.AddHostedService<SweeperStarter>();
        builder.AddWebhooks();
        builder.UseOrleans(silo =>
        {
            silo.Services.AddOptions<AdoNetReminderTableOptions>().Configure<DatabaseConnections>((options, database) => options.DataSource = database.Background);
            silo.UseAdoNetReminderService(options => options.Invariant = ClusterDefaults.Invariant);
            silo.AddAdoNetGrainStorage(StorageNames.Stock, options => options.Configure<DatabaseConnections>((stock, database) =>
            {
                stock.Invariant = ClusterDefaults.Invariant;
                stock.DataSource = database.Background;
                // The key of a user's state is their id, so erasing must delete the row instead of emptying it.
                stock.DeleteStateOnClear = true;
            }));
            // JSON without the names of types: a class that is moved or renamed still reads what is stored.
            silo.Services.AddKeyedSingleton<IGrainStorageSerializer, SystemTextJsonGrainStorageSerializer>(StorageNames.Stock);
            silo.Services.AddKeyedSingleton<IGrainStorage>(StorageNames.Rows, static (provider, _) => new RowStorage(provider.GetRequiredService<ProductTables>()));
            silo.Services.AddSingleton<IPersistentStateFactory, OnDemandStateFactory>();
        });
    }

    internal static ProductTables CreateTables(IServiceProvider services) => new(
        services.GetRequiredService<DatabaseAddress>().ConnectionString,
        services.GetRequiredService<DatabaseConnections>().Background,
        services.GetRequiredService<ProductFeatures>(),
        // Several silos may run on one machine.
        $"{Environment.MachineName}:{services.GetRequiredService<ILocalSiloDetails>().SiloAddress.Endpoint.Port}",
        services.GetRequiredService<IOptions<StorageOptions>>(),
        services.GetRequiredService<IOptions<ReputationOptions>>(),
        services.GetRequiredService<StorageMetrics>(),
        services.GetRequiredService<ILogger<ProductTables>>());

    private static void ConfigureEndpoints(EndpointOptions options, IConfigurationSection section)
    {
        options.SiloPort = section.GetValue(nameof(options.SiloPort), EndpointOptions.DEFAULT_SILO_PORT);
        options.GatewayPort = section.GetValue(nameof(options.GatewayPort), EndpointOptions.DEFAULT_GATEWAY_PORT);

        // With a stable address, a restarted silo replaces its dead predecessor at once. The default is the loopback address:
        // silos on one machine find each other, and nothing listens to the network unless it is configured.
        var address = section[nameof(options.AdvertisedIPAddress)] is { Length: > 0 } configured ? configured : IPAddress.Loopback.ToString();
        if (!IPAddress.TryParse(address, out var parsed))
        {
            throw new StartRefusedException(
                $"Orleans:Endpoints:AdvertisedIPAddress is '{address}', which is not an IP address: set it to the address at which the other silos reach this one.");
        }

        options.AdvertisedIPAddress = parsed;
        options.SiloListeningEndpoint = new IPEndPoint(parsed, options.SiloPort);
        options.GatewayListeningEndpoint = options.GatewayPort == 0 ? null : new IPEndPoint(parsed, options.GatewayPort);
    }
}
