using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Serialization.Serializers;
using Orleans.Storage;
using Wingman.Silo.Hosting;
using Wingman.Silo.Storage;
using Wingman.State;

namespace Wingman.StorageVariants;

/// <summary>Puts another storage under the grains.</summary>
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
        builder.Services.AddKeyedSingleton<IGrainStorage>(
            StorageNames.Provider,
            (services, _) => new AdoptingStorage(create(services), SiloHosting.CreateStorage(services, "adopting")));
    }

    private static AdoNetGrainStorage CreateAdoNet(IServiceProvider services)
    {
        var options = new AdoNetGrainStorageOptions
        {
            DataSource = services.GetRequiredService<NpgsqlDataSource>(),
            Invariant = ClusterDefaults.Invariant,
            GrainStorageSerializer = new StateSerializer(),
        };
        new DefaultAdoNetGrainStorageOptionsHashPickerConfigurator().PostConfigure(null, options);
        return new AdoNetGrainStorage(
            services.GetRequiredService<IActivatorProvider>(),
            services.GetRequiredService<ILogger<AdoNetGrainStorage>>(),
            Options.Create(options),
            services.GetRequiredService<IOptions<ClusterOptions>>(),
            StorageNames.Provider);
    }
}
