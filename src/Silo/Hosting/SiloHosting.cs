using System.Net;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using Orleans.Dashboard;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Runtime.Hosting;
using Orleans.Serialization.Serializers;
using Orleans.Storage;
using Wingman.Matches;
using Wingman.Reputation;
using Wingman.Sessions;
using Wingman.Silo.Operations;
using Wingman.Silo.Storage;
using Wingman.Silo.Storage.Queries;
using Wingman.Silo.Storage.Relational;
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
        builder.UseOrleans(silo =>
        {
            var services = silo.Services;
            services.AddOptions<AdoNetClusteringSiloOptions>().Configure<NpgsqlDataSource>((options, database) => options.DataSource = database);
            silo.UseAdoNetClustering(options => options.Invariant = ClusterDefaults.Invariant);
            services.Configure<EndpointOptions>(options => ConfigureEndpoints(options, builder.Configuration.GetSection("Orleans:Endpoints")));
            ClusterDefaults.ConfigureMembership(services);
            services.Configure<SiloMessagingOptions>(ClusterDefaults.ConfigureSiloMessaging);
            if (builder.UseDashboard()) silo.AddDashboard();
        });
    }

    /// <summary>
    /// Adds the grains and all that they stand on: their options, the clock, storage, reminders, their views of the database,
    /// and the sweeper's start. Where the silos are and how they find each other is left open.
    /// </summary>
    internal static void AddWingmanGrains(this IHostApplicationBuilder builder)
    {
        builder.AddClusterDefaults();
        var services = builder.Services;
        services.AddOptions<NoShowOptions>().BindConfiguration(NoShowOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ReputationOptions>().BindConfiguration(ReputationOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<RowMappings>();
        services.AddSingleton(static provider => new BatchedQueries(
            provider.GetRequiredService<DatabaseAddress>().ConnectionString,
            provider.GetRequiredService<IOptions<StorageOptions>>(),
            provider.GetRequiredService<ILogger<BatchedQueries>>()));
        services.AddSingleton<ISessionTable, SessionTable>();
        services.AddSingleton<IReputationLedger, ReputationLedger>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<DatabaseGate>());
        services.AddHostedService<SweeperStarter>();
        builder.UseOrleans(silo =>
        {
            silo.Services.AddOptions<AdoNetReminderTableOptions>().Configure<NpgsqlDataSource>((options, database) => options.DataSource = database);
            silo.UseAdoNetReminderService(options => options.Invariant = ClusterDefaults.Invariant);
            silo.Services.AddGrainStorage(StorageNames.Provider, CreateStorage);
        });
    }

    internal static GroupCommitStorage CreateStorage(IServiceProvider services, string name) => new(
        name,
        services.GetRequiredService<DatabaseAddress>().ConnectionString,
        services.GetRequiredService<RowMappings>(),
        new StateSerializer(),
        services.GetRequiredService<IActivatorProvider>(),
        services.GetRequiredService<IOptions<StorageOptions>>(),
        services.GetRequiredService<IOptions<ClusterOptions>>(),
        services.GetRequiredService<ILogger<GroupCommitStorage>>());

    private static void ConfigureEndpoints(EndpointOptions options, IConfigurationSection section)
    {
        options.SiloPort = section.GetValue(nameof(options.SiloPort), EndpointOptions.DEFAULT_SILO_PORT);
        options.GatewayPort = section.GetValue(nameof(options.GatewayPort), EndpointOptions.DEFAULT_GATEWAY_PORT);

        // A stable address is what lets a restarted silo replace its dead self at once. Where nobody named one, the
        // loopback address: silos on one machine find each other, and nothing listens to the network unasked.
        var address = section[nameof(options.AdvertisedIPAddress)] is { Length: > 0 } configured ? configured : IPAddress.Loopback.ToString();
        if (!IPAddress.TryParse(address, out var parsed))
        {
            throw new StartRefusedException(
                $"Orleans:Endpoints:AdvertisedIPAddress is '{address}', which is no IP address: set it to the address at which the other silos reach this one.");
        }

        options.AdvertisedIPAddress = parsed;
        options.SiloListeningEndpoint = new IPEndPoint(parsed, options.SiloPort);
        options.GatewayListeningEndpoint = options.GatewayPort == 0 ? null : new IPEndPoint(parsed, options.GatewayPort);
    }
}
