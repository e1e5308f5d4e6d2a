using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Wingman.Silo.Development;
using Wingman.Silo.Storage;

namespace Wingman.Storage.Tests.Failures;

/// <summary>A database that may lose what it acknowledged is refused, however it was told to.</summary>
public sealed class DurabilityTests(StorageLab lab) : IClassFixture<StorageLab>, IAsyncLifetime
{
    /// <inheritdoc/>
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task DisposeAsync() => SetForDatabaseAsync("reset synchronous_commit");

    [Fact]
    public async Task SynchronousCommitOffForTheDatabase_IsRefusedAtStart()
    {
        await SetForDatabaseAsync("set synchronous_commit = off");
        var refusal = await Assert.ThrowsAsync<DurabilityException>(() => lab.OpenAsync());
        Assert.Contains("synchronous_commit", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SynchronousCommitOffForTheRole_IsRefusedAtStart()
    {
        var role = $"careless_{Guid.NewGuid():N}";
        await lab.ExecuteAsync($"create role {role} login; alter role {role} set synchronous_commit = off");
        var asRole = new NpgsqlConnectionStringBuilder(lab.ConnectionString) { Username = role }.ConnectionString;

        await Assert.ThrowsAsync<DurabilityException>(() => lab.OpenAsync(connectionString: asRole));
    }

    [Theory]
    [InlineData("local")]
    [InlineData("remote_apply")]
    public async Task OtherLevelsOfSynchronousCommit_AreServed(string level)
    {
        await SetForDatabaseAsync($"set synchronous_commit = {level}");
        await TextCell.New(await lab.OpenAsync()).WriteAsync("durable");
    }

    [Fact]
    public async Task SynchronousCommitSwitchedOffLater_FailsWritesOnNewConnections()
    {
        var storage = await lab.OpenAsync(options => options.Deadline = TimeSpan.FromSeconds(2));
        var cell = await TextCell.New(storage).WriteAsync("durable");
        await SetForDatabaseAsync("set synchronous_commit = off");
        await lab.ExecuteAsync("""
            select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
            """);

        await Assert.ThrowsAsync<StorageFailedException>(() => cell.Twin().WriteAsync("lossy"));

        await SetForDatabaseAsync("reset synchronous_commit");
        await cell.WriteAsync("durable again");
        Assert.Equal("2", cell.ETag);
    }

    [Fact]
    public async Task FsyncOff_IsRefusedAtStart()
    {
        await using var server = await EmbeddedPostgres.StartAsync(
            EmbeddedPostgresOptions.ThrowAway(new Dictionary<string, string> { ["fsync"] = "off" }), NullLogger.Instance, CancellationToken.None);

        var refusal = await Assert.ThrowsAsync<DurabilityException>(() => lab.OpenAsync(connectionString: server.GetConnectionString()));
        Assert.Contains("fsync", refusal.Message, StringComparison.Ordinal);
    }

    private Task SetForDatabaseAsync(string setting) => lab.ExecuteAsync(
        $"do $$ begin execute format('alter database %I {setting}', current_database()); end $$");
}
