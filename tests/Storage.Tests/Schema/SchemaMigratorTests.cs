using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Wingman.Silo.Schema;
using Wingman.Testing;

namespace Wingman.Storage.Tests.Schema;

public sealed class SchemaMigratorTests
{
    private const string Journal = "select scriptname || applied from wingman.schema_versions order by 1";

    private static readonly string[] Ours =
    [
        "orleans.orleansmembershiptable", "orleans.orleansmembershipversiontable", "orleans.orleansquery", "orleans.orleansreminderstable",
        "orleans.orleansstorage", "public.wingman_matches", "public.wingman_sessions", "wingman.events", "wingman.lockdown", "wingman.log_eras", "wingman.log_readers", "wingman.no_show_detection",
        "wingman.schema_versions", "wingman.service_gaps", "wingman.webhook_dead_letters",
    ];

    [Fact]
    public async Task Apply_OnFreshDatabase_CreatesEveryTable()
    {
        var database = await TestPostgres.CreateEmptyDatabaseAsync();
        Assert.False(await SchemaMigrator.IsCurrentAsync(database, CancellationToken.None));

        await ApplyAsync(database);

        Assert.True(await SchemaMigrator.IsCurrentAsync(database, CancellationToken.None));
        Assert.Equal(Ours, await Database.ColumnAsync<string>(database, """
            select table_schema || '.' || table_name from information_schema.tables where table_schema in ('orleans', 'public', 'wingman') order by 1
            """));
    }

    [Fact]
    public async Task Apply_WhenRepeated_ChangesNothing()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        await Database.ExecuteAsync(database, "insert into wingman_matches (user1_id, user2_id) values (gen_random_uuid(), gen_random_uuid())");
        var before = await Database.ColumnAsync<string>(database, Journal);

        await ApplyAsync(database);

        Assert.Equal(before, await Database.ColumnAsync<string>(database, Journal));
        Assert.Equal([1L], await Database.ColumnAsync<long>(database, "select count(*) from wingman_matches"));
        Assert.Equal([1L], await Database.ColumnAsync<long>(database, "select count(*) from wingman.no_show_detection"));
    }

    [Fact]
    public async Task Apply_ByManyHostsAtOnce_AppliesEachScriptOnce()
    {
        var database = await TestPostgres.CreateEmptyDatabaseAsync();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => ApplyAsync(database))));

        Assert.Equal(
            SchemaScripts.All.Select(static script => script.Name),
            await Database.ColumnAsync<string>(database, "select scriptname from wingman.schema_versions order by 1"));
    }

    [Fact]
    public async Task Apply_WhileAnotherHostApplies_FailsOnANetworkThatWentSilent()
    {
        const string Name = "waits for another host";
        var server = new NpgsqlConnectionStringBuilder(await TestPostgres.CreateEmptyDatabaseAsync());
        await using var other = new NpgsqlConnection(server.ConnectionString);
        await other.OpenAsync();
        await using var applies = await other.BeginTransactionAsync();
        await using var take = new NpgsqlCommand($"select pg_advisory_xact_lock({SchemaMigrator.MigrationLock})", other);
        await take.ExecuteNonQueryAsync();
        await using var network = FaultProxy.Start(new UnixDomainSocketEndPoint(Path.Combine(server.Host!, $".s.PGSQL.{server.Port}")));

        var applying = ApplyAsync(new NpgsqlConnectionStringBuilder(server.ConnectionString)
        {
            Host = network.Address.Address.ToString(),
            Port = network.Address.Port,
            ApplicationName = Name,
            Timeout = 2,
            CommandTimeout = 2,
            CancellationTimeout = -1,
        }.ConnectionString);
        await Eventually.IsTrueAsync("it waits for the other host", async _ => (await Database.ColumnAsync<long>(
            server.ConnectionString, $"select count(*) from pg_stat_activity where application_name = '{Name}' and query like '%advisory%'")) is not [0]);
        network.Cut(CutDirection.Both);

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => applying.WaitAsync(Eventually.Deadline));
    }

    [Fact]
    public async Task Apply_WhenAScriptFails_LeavesNothingBehindAndCanBeRepeated()
    {
        var database = await TestPostgres.CreateEmptyDatabaseAsync();
        await Database.ExecuteAsync(database, "create schema wingman; create table wingman.service_gaps (someone_elses int)");

        await Assert.ThrowsAsync<PostgresException>(() => ApplyAsync(database));
        Assert.Equal([false], await Database.ColumnAsync<bool>(database, "select to_regnamespace('orleans') is not null"));

        await Database.ExecuteAsync(database, "drop table wingman.service_gaps");
        await ApplyAsync(database);
        Assert.True(await SchemaMigrator.IsCurrentAsync(database, CancellationToken.None));
    }

    [Fact]
    public async Task Apply_OnTheSchemaOfAnEarlierDevelopmentVersion_SaysHowToGoOn()
    {
        var database = await TestPostgres.CreateEmptyDatabaseAsync();
        await Database.ExecuteAsync(database, """
            create schema orleans; create table orleans.wingman_schema_versions (scriptname text); create table public.reputation_credits (id uuid);
            create table public.wingman_matches (id uuid); create table public.wingman_sessions (id uuid);
            """);

        var earlier = await Assert.ThrowsAsync<EarlierSchemaException>(() => ApplyAsync(database));
        Assert.Equal([false], await Database.ColumnAsync<bool>(database, "select to_regnamespace('wingman') is not null"));

        // The statement that the message names solves the problem.
        var remedy = earlier.Message.Split('\'')[1];
        await Database.ExecuteAsync(database, remedy);
        await ApplyAsync(database);
        Assert.True(await SchemaMigrator.IsCurrentAsync(database, CancellationToken.None));
    }

    [Fact]
    public async Task Apply_ByARoleThatMayNotCreateTables_AttemptsNothingOnACurrentDatabase()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        var role = $"lesser_{Guid.NewGuid():N}";
        await Database.ExecuteAsync(database, $"create role {role} login; {RuntimeGrants.For(role)}");
        var asRole = new NpgsqlConnectionStringBuilder(database) { Username = role }.ConnectionString;

        await ApplyAsync(asRole);

        Assert.True(await SchemaMigrator.IsCurrentAsync(asRole, CancellationToken.None));
    }

    [Fact]
    public async Task FreshTables_AreNotPublished_AndNothingIsGrantedToEveryone()
    {
        var database = await TestPostgres.CreateDatabaseAsync();

        Assert.Equal([true, true], await Database.ColumnAsync<bool>(database,
            "select relrowsecurity from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"));
        Assert.Empty(await Database.ColumnAsync<string>(database, """
            select relname::text from pg_class, aclexplode(relacl) as granted
            where relnamespace in ('public'::regnamespace, 'orleans'::regnamespace, 'wingman'::regnamespace) and granted.grantee = 0
            union all
            select nspname::text from pg_namespace, aclexplode(nspacl) as granted where nspname in ('orleans', 'wingman') and granted.grantee = 0
            """));
    }

    private static Task ApplyAsync(string database) => SchemaMigrator.ApplyAsync(database, NullLogger.Instance, CancellationToken.None);
}
