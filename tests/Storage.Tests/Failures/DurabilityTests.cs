using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Wingman.Development;
using Wingman.Silo.Storage.Batching;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Failures;

/// <summary>A database whose settings allow it to lose acknowledged commits is refused, wherever the settings were made.</summary>
public sealed class DurabilityTests(FreshFixture fixture) : IClassFixture<FreshFixture>, IAsyncLifetime
{
    /// <inheritdoc/>
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task DisposeAsync() => fixture.SetForDatabaseAsync("reset synchronous_commit");

    [Fact]
    public async Task SynchronousCommitOffForTheDatabase_IsRefused_AndServedOnceItIsOn()
    {
        var session = await SeededSession.InsertAsync(fixture);
        var version = await session.VersionAsync(fixture.Open());
        await fixture.SetForDatabaseAsync("set synchronous_commit = off");
        var tables = fixture.Open();

        var failed = await Assert.ThrowsAsync<StorageException>(() => session.WriteAsync(tables, version, session.Completed));
        Assert.Equal(StorageFailure.Failed, failed.Failure);
        Assert.Contains("synchronous_commit", (await RefusalAsync(fixture.ConnectionString)).Message, StringComparison.Ordinal);

        await fixture.SetForDatabaseAsync("reset synchronous_commit");
        await session.WriteAsync(tables, version, session.Completed);
    }

    [Fact]
    public async Task ServerThatIsRefused_IsLeftWithoutAConnection()
    {
        const string Name = "lanes that refuse";
        await fixture.SetForDatabaseAsync("set synchronous_commit = off");
        var tables = fixture.Open(
            connectionString: new NpgsqlConnectionStringBuilder(fixture.ConnectionString) { ApplicationName = Name }.ConnectionString);

        for (var attempt = 0; attempt < 3; attempt++)
            await Assert.ThrowsAsync<StorageException>(() => tables.ReadAsync(new SessionId(Guid.NewGuid())));

        // Not until the garbage collector would close them.
        await Testing.Eventually.BecomesAsync(
            "no connection is left",
            _ => fixture.ScalarAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and application_name = $1", Name),
            static count => count == 0,
            TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task SynchronousCommitOffForTheRole_IsRefused()
    {
        var role = $"careless_{Guid.NewGuid():N}";
        await fixture.ExecuteAsync($"create role {role} login; alter role {role} set synchronous_commit = off");

        await RefusalAsync(new NpgsqlConnectionStringBuilder(fixture.ConnectionString) { Username = role }.ConnectionString);
    }

    [Theory]
    [InlineData("local")]
    [InlineData("remote_write")]
    [InlineData("remote_apply")]
    public async Task OtherLevelsOfSynchronousCommit_AreServedAsTheyAre(string level)
    {
        await fixture.SetForDatabaseAsync($"set synchronous_commit = {level}");
        await RecordCommitsAsync(fixture);
        var session = await SeededSession.InsertAsync(fixture);

        await session.WriteAsync(fixture.Open(), session.Completed);

        Assert.Equal([level], await CommitsAsync(fixture, session));
    }

    [Fact]
    public async Task SynchronousCommitSwitchedOffWhileRunning_DoesNotTouchOurCommits()
    {
        var own = new OwnServerFixture();
        await own.InitializeAsync();
        try
        {
            await RecordCommitsAsync(own);
            var tables = own.Open(options => options.Lanes = 1);
            var session = await SeededSession.InsertAsync(own);
            var version = await session.WriteAsync(tables, session.Confirmed);
            var lane = await LanesAsync();

            await own.ExecuteAsync("alter system set synchronous_commit = off");
            await own.ExecuteAsync("select pg_reload_conf()");
            await Testing.Eventually.BecomesAsync(
                "sessions that are open know of it", _ => own.ScalarAsync<string>("show synchronous_commit"), static level => level == "off");
            await session.WriteAsync(tables, version, session.Completed);

            Assert.Equal(["on", "on"], await CommitsAsync(own, session));
            Assert.Equal(lane, await LanesAsync());
        }
        finally
        {
            await own.DisposeAsync();
        }

        Task<string> LanesAsync() => own.ScalarAsync<string>(
            "select string_agg(pid::text, ' ' order by pid) from pg_stat_activity where query like '%unnest(%' and pid <> pg_backend_pid()");
    }

    [Fact]
    public async Task FsyncOff_IsRefused()
    {
        await using var server = await EmbeddedPostgres.StartAsync(
            EmbeddedPostgresOptions.ThrowAway(new Dictionary<string, string> { ["fsync"] = "off" }), NullLogger.Instance, CancellationToken.None);

        Assert.Contains("fsync", (await RefusalAsync(server.GetConnectionString())).Message, StringComparison.Ordinal);
    }

    private static async Task<DurabilityException> RefusalAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        return await Assert.ThrowsAsync<DurabilityException>(() => PrimaryCheck.RunAsync(connection, CancellationToken.None));
    }

    /// <summary>Records the level of synchronous_commit under which each change of a session is committed.</summary>
    private static Task RecordCommitsAsync(StorageFixture fixture) => fixture.ExecuteAsync("""
        create table if not exists commits (session_id uuid, level text);
        create or replace function record_commit() returns trigger language plpgsql as $$
        begin insert into commits values (new.id, current_setting('synchronous_commit')); return null; end $$;
        drop trigger if exists records on wingman_sessions;
        create constraint trigger records after update on wingman_sessions deferrable initially deferred for each row execute function record_commit();
        """);

    private static Task<List<string>> CommitsAsync(StorageFixture fixture, SeededSession session) =>
        fixture.ColumnAsync<string>("select level from commits where session_id = $1", session.Id);
}
