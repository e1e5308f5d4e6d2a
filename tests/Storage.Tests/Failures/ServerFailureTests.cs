using Wingman.Silo.Storage;
using Wingman.Storage.Tests.Labs;

namespace Wingman.Storage.Tests.Failures;

/// <summary>A Postgres server of its own, which the tests crash.</summary>
public sealed class ServerFailureTests : IAsyncLifetime
{
    private readonly OwnServerLab _lab = new();

    /// <inheritdoc/>
    public Task InitializeAsync() => _lab.InitializeAsync();

    /// <inheritdoc/>
    public Task DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task CrashedServer_LosesNoAcknowledgedWrite_AndIsUsedAgainByItself()
    {
        await using var writers = await Writers.StartAsync(_lab, _lab.Open(), 16, new StorageOptions().Deadline + TimeSpan.FromSeconds(4));
        for (var crash = 0; crash < 2; crash++)
        {
            await writers.GoOnAsync(200);
            await _lab.Server.StopAsync(immediate: true);
            await _lab.Server.StartAgainAsync();
        }

        await writers.GoOnAsync(200);
        _lab.Sql.Clear();
        await writers.StopAndCheckAsync();
    }

    [Fact]
    public async Task ServerDownLongerThanTheDeadline_FailsWritesAndReadsInTime_AndServesThemAfterwards()
    {
        var tables = _lab.Open(options => options.Deadline = TimeSpan.FromSeconds(1));
        var session = await SeededSession.InsertAsync(_lab);
        var version = await session.VersionAsync(tables);
        await _lab.Server.StopAsync(immediate: true);

        var begun = Environment.TickCount64;
        var (write, read) = (session.WriteAsync(tables, version, session.Completed), tables.ReadAsync(session.Key));
        Assert.Equal(StorageFailure.Unavailable, (await Assert.ThrowsAsync<StorageException>(() => write)).Failure);
        Assert.Equal(StorageFailure.Unavailable, (await Assert.ThrowsAsync<StorageException>(() => read)).Failure);
        Assert.InRange(TimeSpan.FromMilliseconds(Environment.TickCount64 - begun), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(3));

        await _lab.Server.StartAgainAsync();
        await session.WriteAsync(tables, version, session.Completed);
        _lab.Sql.Clear();
        Assert.Equal(SeededSession.CompletedOnce, await session.RowsAsync(_lab));
    }
}
