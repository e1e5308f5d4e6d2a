using Microsoft.Extensions.Logging.Abstractions;
using Wingman.Silo.Development;
using Wingman.Silo.Schema;
using Wingman.Silo.Storage;
using Wingman.Testing;

namespace Wingman.Storage.Tests.Failures;

/// <summary>A Postgres server of its own, to be crashed.</summary>
public sealed class ServerFailureTests : IAsyncLifetime
{
    private readonly StorageLab _lab = new();
    private EmbeddedPostgres _server = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        _server = await EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.ThrowAway(), NullLogger.Instance, CancellationToken.None);
        await SchemaMigrator.ApplyAsync(_server.GetConnectionString(), NullLogger.Instance, CancellationToken.None);
        await _lab.UseAsync(_server.GetConnectionString());
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await _lab.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task CrashedServer_LosesNoAcknowledgedWrite_AndIsUsedAgainByItself()
    {
        var storage = await _lab.OpenAsync();
        await using var writers = new Writers(storage, 16, new StorageOptions().Deadline + TimeSpan.FromSeconds(4));
        for (var crash = 0; crash < 2; crash++)
        {
            var before = writers.Stored;
            await Eventually.IsTrueAsync("writes are stored", _ => Task.FromResult(writers.Stored > before + 200));
            await _server.StopAsync(immediate: true);
            await _server.StartAgainAsync();
        }

        var after = writers.Stored;
        await Eventually.IsTrueAsync("writes are stored again", _ => Task.FromResult(writers.Stored > after + 200));
        await writers.StopAndCheckAsync();
    }

    [Fact]
    public async Task ServerDownLongerThanTheDeadline_FailsWritesAndReadsInTime_AndServesThemAfterwards()
    {
        var storage = await _lab.OpenAsync(options => options.Deadline = TimeSpan.FromSeconds(1));
        var cell = await TextCell.New(storage).WriteAsync("before");
        await _server.StopAsync(immediate: true);

        var begun = Environment.TickCount64;
        var (write, read) = (cell.Twin().WriteAsync("meanwhile"), cell.Twin().ReadAsync());
        await Assert.ThrowsAsync<StorageFailedException>(() => write);
        await Assert.ThrowsAsync<StorageFailedException>(() => read);
        Assert.InRange(TimeSpan.FromMilliseconds(Environment.TickCount64 - begun), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(3));

        await _server.StartAgainAsync();
        await cell.WriteAsync("after");
        Assert.Equal(("after", "2"), ((await cell.ReadAsync()).Text(), cell.ETag));
    }
}
