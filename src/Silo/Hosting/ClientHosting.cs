using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Orleans.Dashboard;
using Wingman.Calls;
using Wingman.Silo.Hosting.Encryption;
using Wingman.Silo.Operations;

namespace Wingman.Silo.Hosting;

/// <summary>Makes a host a client of the cluster: it runs no grains, and reaches those of the silos.</summary>
public static class ClientHosting
{
    /// <summary>Adds the client. The database, in which the silos are found, must have been added.</summary>
    /// <param name="builder">The host's builder.</param>
    public static void AddWingmanClient(this IHostApplicationBuilder builder)
    {
        builder.AddClusterDefaults();
        builder.UseOrleansClient(client =>
        {
            var services = client.Services;
            services.AddOptions<AdoNetClusteringClientOptions>().Configure<DatabaseConnections>((options, database) => options.DataSource = database.Cluster);
            client.UseAdoNetClustering(options => options.Invariant = ClusterDefaults.Invariant);
            client.UseConnectionRetryFilter<ClientConnectionRetry>();
            services.Configure<ClientMessagingOptions>(ClusterDefaults.ConfigureMessaging);
            // As often as silos read the table: a silo that starts again waits for that before it is reached.
            services.Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = ClusterDefaults.TableRefresh);
            services.TryAddSingleton(TimeProvider.System);
            services.AddSingleton<LostSilos>();
            services.AddSingleton<IClusterConnectionStatusObserver>(static host => host.GetRequiredService<LostSilos>());
            client.UseClusterTls(builder.Configuration);
            if (Dashboard.IsWanted(builder.Configuration, builder.Environment)) client.AddDashboard(options => Dashboard.Configure(options, builder.Configuration));
        });
    }
}
