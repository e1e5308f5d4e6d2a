using Microsoft.Extensions.Logging.Abstractions;
using Wingman.Development;
using Wingman.Silo.Schema;

namespace Wingman.Storage.Tests.Fixtures;

/// <summary>A fresh database on a Postgres server of its own, which a test may crash, reconfigure or turn into a standby.</summary>
/// <param name="settings">Overrides of its configuration.</param>
internal sealed class OwnServerFixture(IReadOnlyDictionary<string, string>? settings = null) : StorageFixture
{
    private EmbeddedPostgres? _server;

    public EmbeddedPostgres Server => _server!;

    /// <summary>Stops the server and starts it as a standby: the state of a new primary just before its promotion.</summary>
    public async Task RestartAsStandbyAsync()
    {
        await Server.StopAsync();
        await File.WriteAllTextAsync(Path.Combine(Server.Directory, "data", "standby.signal"), "");
        await Server.StartAgainAsync();
    }

    /// <inheritdoc/>
    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Server.DisposeAsync();
    }

    private protected override async Task<string> CreateDatabaseAsync()
    {
        _server = await EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.ThrowAway(settings), NullLogger.Instance, CancellationToken.None);
        await SchemaMigrator.ApplyAsync(_server.GetConnectionString(), NullLogger.Instance, CancellationToken.None);
        return _server.GetConnectionString();
    }
}
