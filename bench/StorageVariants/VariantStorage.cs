using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Serialization.Serializers;
using Orleans.Storage;
using Wingman.Silo.Hosting;
using Wingman.Silo.Storage;
using Wingman.State;

namespace Wingman.StorageVariants;

/// <summary>Gives the grains whose state is a row another storage.</summary>
internal static class VariantStorage
{
    /// <summary>Replaces the service's own storage by the configured one.</summary>
    /// <exception cref="StartRefusedException">The setting is missing or names no storage.</exception>
    public static void Add(WebApplicationBuilder builder)
    {
        Func<IServiceProvider, IGrainStorage> create = builder.Configuration["StorageVariants:Storage"] switch
        {
            "AdoNet" => CreateAdoNet,
            "Memory" => static _ => new MemoryStorage(),
            _ => throw new StartRefusedException("StorageVariants:Storage is neither AdoNet nor Memory."),
        };
        var services = builder.Services;
        services.AddKeyedSingleton<IGrainStorage>(
            StorageNames.Rows, (provider, _) => new SeededStorage(create(provider), new RowStorage(provider.GetRequiredService<ProductTables>())));
        // AdoNet opens its storage as the silo starts.
        services.AddSingleton(static provider =>
            (ILifecycleParticipant<ISiloLifecycle>)provider.GetRequiredKeyedService<IGrainStorage>(StorageNames.Rows));
    }

    private static AdoNetGrainStorage CreateAdoNet(IServiceProvider services)
    {
        var options = new AdoNetGrainStorageOptions
        {
            // Requests wait for this storage, so it gets as many connections as the peers.
            DataSource = services.GetRequiredService<DatabaseConnections>().Background,
            Invariant = ClusterDefaults.Invariant,
            GrainStorageSerializer = services.GetRequiredKeyedService<IGrainStorageSerializer>(StorageNames.Stock),
        };
        new DefaultAdoNetGrainStorageOptionsHashPickerConfigurator().PostConfigure(null, options);
        return new AdoNetGrainStorage(
            services.GetRequiredService<IActivatorProvider>(),
            services.GetRequiredService<ILogger<AdoNetGrainStorage>>(),
            Options.Create(options),
            services.GetRequiredService<IOptions<ClusterOptions>>(),
            StorageNames.Rows);
    }
}
