using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.Storage;
using Wingman.Testing;

namespace Wingman.Storage.Tests.Schema;

/// <summary>The three ADO.NET providers as their packages ship them, on a database with our schema, without a silo around them.</summary>
public sealed class StockFixture : IAsyncLifetime
{
    private IHost? _host;

    /// <summary>The database, with Orleans' schema in the search path.</summary>
    public NpgsqlDataSource DataSource { get; private set; } = null!;

    /// <summary>Grain storage.</summary>
    public IGrainStorage Storage { get; private set; } = null!;

    /// <summary>Grain storage that deletes the row on clear.</summary>
    public IGrainStorage DeletingStorage { get; private set; } = null!;

    /// <summary>Cluster membership.</summary>
    public IMembershipTable Membership { get; private set; } = null!;

    /// <summary>Reminders.</summary>
    public IReminderTable Reminders { get; private set; } = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        var database = new NpgsqlConnectionStringBuilder(await TestPostgres.CreateDatabaseAsync()) { SearchPath = "orleans" };
        DataSource = NpgsqlDataSource.Create(database);
        _host = new HostBuilder().UseOrleans(silo => silo
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("tests", "tests"))
            .UseAdoNetClustering(options => (options.Invariant, options.DataSource) = ("Npgsql", DataSource))
            .UseAdoNetReminderService(options => (options.Invariant, options.DataSource) = ("Npgsql", DataSource))
            .AddAdoNetGrainStorage("keeping", options => Configure(options, deleteOnClear: false))
            .AddAdoNetGrainStorage("deleting", options => Configure(options, deleteOnClear: true))).Build();

        Storage = await StorageAsync("keeping");
        DeletingStorage = await StorageAsync("deleting");
        Membership = _host.Services.GetRequiredService<IMembershipTable>();
        await Membership.InitializeMembershipTableAsync(true);
        Reminders = _host.Services.GetRequiredService<IReminderTable>();
        await Reminders.StartAsync();
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        (_host as IDisposable)?.Dispose();
        await DataSource.DisposeAsync();
    }

    private void Configure(AdoNetGrainStorageOptions options, bool deleteOnClear)
    {
        (options.Invariant, options.DataSource, options.DeleteStateOnClear) = ("Npgsql", DataSource, deleteOnClear);
        options.GrainStorageSerializer = new SystemTextJsonGrainStorageSerializer(Options.Create(new SystemTextJsonGrainStorageSerializerOptions()));
    }

    private async Task<IGrainStorage> StorageAsync(string name)
    {
        var storage = _host!.Services.GetRequiredKeyedService<IGrainStorage>(name);
        var lifecycle = new SiloLifecycleSubject(NullLogger<SiloLifecycleSubject>.Instance);
        ((ILifecycleParticipant<ISiloLifecycle>)storage).Participate(lifecycle);
        await lifecycle.OnStart(CancellationToken.None);
        return storage;
    }
}
