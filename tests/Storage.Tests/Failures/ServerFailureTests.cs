using Wingman.Silo.Storage;
using Wingman.Storage.Tests.Fixtures;
using Wingman.Testing;

namespace Wingman.Storage.Tests.Failures;

/// <summary>A Postgres server of its own, which the tests crash.</summary>
public sealed class ServerFailureTests : IAsyncLifetime
{
    // Long enough for any machine.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly OwnServerFixture _fixture = new();

    /// <inheritdoc/>
    public Task InitializeAsync() => _fixture.InitializeAsync();

    /// <inheritdoc/>
    public Task DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task CrashedServer_LosesNoAcknowledgedWrite_AndIsUsedAgainByItself()
    {
        await using var writers = await Writers.StartAsync(_fixture, _fixture.Open(), 16, new StorageOptions().Deadline + TimeSpan.FromSeconds(4));
        for (var crash = 0; crash < 2; crash++)
        {
            await writers.GoOnAsync(200);
            await _fixture.Server.StopAsync(immediate: true);
            await _fixture.Server.StartAgainAsync();
        }

        await writers.GoOnAsync(200);
        _fixture.Sql.Clear();
        await writers.StopAndCheckAsync();
    }

    [Fact]
    public async Task ServerDownLongerThanTheDeadline_FailsWritesAndReadsInTime_AndServesThemAfterwards()
    {
        var (tables, patient) = (_fixture.Open(options => options.Deadline = TimeSpan.FromSeconds(1)), _fixture.Open(options => options.Deadline = Patience));
        var session = await SeededSession.InsertAsync(_fixture);
        var version = await session.VersionAsync(patient);
        await _fixture.Server.StopAsync(immediate: true);

        var begun = Environment.TickCount64;
        var (write, read) = (session.WriteAsync(tables, version, session.Completed), tables.ReadAsync(session.Key));
        Assert.Equal(StorageFailure.Unavailable, (await Assert.ThrowsAsync<StorageException>(() => write)).Failure);
        Assert.Equal(StorageFailure.Unavailable, (await Assert.ThrowsAsync<StorageException>(() => read)).Failure);
        Assert.InRange(TimeSpan.FromMilliseconds(Environment.TickCount64 - begun), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(3));

        await _fixture.Server.StartAgainAsync();
        _fixture.Sql.Clear();
        await Eventually.IsTrueAsync("reads are served again", async _ => await Record.ExceptionAsync(() => tables.ReadAsync(session.Key)) is null);
        await session.WriteAsync(patient, version, session.Completed);
        Assert.Equal(SeededSession.CompletedOnce, await session.RowsAsync(_fixture));
    }
}
