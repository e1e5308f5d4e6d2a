using Npgsql;
using Wingman.Storage.Tests.Fixtures;
using Wingman.Testing;

namespace Wingman.Storage.Tests.Failures;

/// <summary>A server that accepts no writes for a while, as during a failover.</summary>
public sealed class ReadOnlyServerTests(FreshFixture fixture) : IClassFixture<FreshFixture>
{
    [Fact]
    public async Task Write_IsRetriedUntilTheDeadline_AndStoredIfTheServerRelentsBefore()
    {
        var session = await SeededSession.InsertAsync(fixture);
        var version = await session.VersionAsync(fixture.Open());
        await fixture.SetForDatabaseAsync("set default_transaction_read_only = on");
        var impatient = fixture.Open(options => options.Deadline = TimeSpan.FromSeconds(1));
        var patient = fixture.Open(
            options => options.Deadline = TimeSpan.FromSeconds(30),
            connectionString: new NpgsqlConnectionStringBuilder(fixture.ConnectionString) { ApplicationName = "patient" }.ConnectionString);

        var failed = await Assert.ThrowsAsync<StorageException>(() => session.WriteAsync(impatient, version, session.Completed));
        Assert.Equal(StorageFailure.Unavailable, failed.Failure);

        var stored = session.WriteAsync(patient, version, session.Completed);
        var first = await BackendAsync();
        await Eventually.IsTrueAsync("the write is retried on another connection", async _ => await BackendAsync() is var backend && backend != 0 && backend != first);
        Assert.False(stored.IsCompleted);
        await using (var writable = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(fixture.ConnectionString) { Options = "-c default_transaction_read_only=off" }.ConnectionString))
        await using (var reset = writable.CreateCommand(
            "do $$ begin execute format('alter database %I reset default_transaction_read_only', current_database()); end $$"))
        {
            await reset.ExecuteNonQueryAsync();
        }

        await stored;
        Assert.Equal(SeededSession.CompletedOnce, await session.RowsAsync(fixture));
    }

    private Task<int> BackendAsync() => fixture.ScalarAsync<int>(
        "select coalesce(max(pid), 0) from pg_stat_activity where datname = current_database() and application_name = 'patient'");
}
