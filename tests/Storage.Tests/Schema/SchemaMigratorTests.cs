using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Wingman.Silo.Schema;
using Wingman.Testing;

namespace Wingman.Storage.Tests.Schema;

public sealed class SchemaMigratorTests
{
    private static readonly string[] Ours =
    [
        "orleans.orleansmembershiptable", "orleans.orleansmembershipversiontable", "orleans.orleansquery", "orleans.orleansreminderstable",
        "orleans.orleansstorage", "orleans.wingman_schema_versions", "public.reputation_credits", "public.wingman_matches", "public.wingman_sessions",
    ];

    [Fact]
    public async Task Apply_OnFreshDatabase_CreatesEveryTable()
    {
        var database = await TestPostgres.CreateEmptyDatabaseAsync();
        Assert.False(await SchemaMigrator.IsCurrentAsync(database, CancellationToken.None));

        await ApplyAsync(database);

        Assert.True(await SchemaMigrator.IsCurrentAsync(database, CancellationToken.None));
        Assert.Equal(Ours, await ColumnAsync<string>(database,
            "SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_schema IN ('orleans', 'public') ORDER BY 1"));
    }

    [Fact]
    public async Task Apply_WhenRepeated_ChangesNothing()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        await ExecuteAsync(database, "INSERT INTO public.wingman_matches (id, user1_id, user2_id) SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid()");
        var before = await ColumnAsync<string>(database, "SELECT scriptname || applied FROM orleans.wingman_schema_versions ORDER BY 1");

        await ApplyAsync(database);

        Assert.Equal(before, await ColumnAsync<string>(database, "SELECT scriptname || applied FROM orleans.wingman_schema_versions ORDER BY 1"));
        Assert.Equal([1L], await ColumnAsync<long>(database, "SELECT count(*) FROM public.wingman_matches"));
    }

    [Fact]
    public async Task Apply_ByManyHostsAtOnce_AppliesEachScriptOnce()
    {
        var database = await TestPostgres.CreateEmptyDatabaseAsync();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => ApplyAsync(database))));

        Assert.Equal(SchemaScripts.All.Select(script => script.Name),
            await ColumnAsync<string>(database, "SELECT scriptname FROM orleans.wingman_schema_versions ORDER BY 1"));
    }

    [Fact]
    public async Task Apply_WhereTheProductsTablesExist_LeavesThemExactlyAsTheyAre()
    {
        const string Everything = """
            SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
            FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'reputation_credits'
            UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'reputation_credits'
            UNION ALL SELECT relname || ' ' || relrowsecurity || ' ' || coalesce(reloptions::text, '')
                FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'reputation_credits'
            UNION ALL SELECT m::text FROM public.wingman_matches m UNION ALL SELECT s::text FROM public.wingman_sessions s
            ORDER BY 1
            """;
        var database = await TestPostgres.CreateEmptyDatabaseAsync();
        await ExecuteAsync(database, """
            CREATE TABLE public.wingman_matches (id uuid PRIMARY KEY, user1_id uuid, user2_id uuid, status varchar(50), user1_reputation int, user2_reputation int, created_at timestamptz, mood jsonb NOT NULL);
            CREATE TABLE public.wingman_sessions (id uuid PRIMARY KEY, match_id uuid, status varchar(50), weather point);
            INSERT INTO public.wingman_matches VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'accepted', 7, 8, now(), '{"a":1}');
            INSERT INTO public.wingman_sessions VALUES (gen_random_uuid(), gen_random_uuid(), 'completed', '(1,2)');
            """);
        var before = await ColumnAsync<string>(database, Everything);

        await ApplyAsync(database);

        Assert.Equal(before, await ColumnAsync<string>(database, Everything));
        Assert.True(await SchemaMigrator.IsCurrentAsync(database, CancellationToken.None));
    }

    [Fact]
    public async Task Apply_WhenAScriptFails_LeavesNothingBehindAndCanBeRepeated()
    {
        var database = await TestPostgres.CreateEmptyDatabaseAsync();
        await ExecuteAsync(database, "CREATE TABLE public.reputation_credits (someone_elses int)");

        await Assert.ThrowsAsync<PostgresException>(() => ApplyAsync(database));
        Assert.Equal([false], await ColumnAsync<bool>(database, "SELECT to_regnamespace('orleans') IS NOT NULL"));

        await ExecuteAsync(database, "DROP TABLE public.reputation_credits");
        await ApplyAsync(database);
        Assert.True(await SchemaMigrator.IsCurrentAsync(database, CancellationToken.None));
    }

    [Fact]
    public async Task Apply_ByARoleThatMayNotCreateTables_AttemptsNothingOnACurrentDatabase()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        var role = $"lesser_{Guid.NewGuid():N}";
        await ExecuteAsync(database, $"""
            CREATE ROLE {role} LOGIN; GRANT USAGE ON SCHEMA orleans TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA orleans TO {role}
            """);
        var asRole = new NpgsqlConnectionStringBuilder(database) { Username = role }.ConnectionString;

        await ApplyAsync(asRole);

        Assert.True(await SchemaMigrator.IsCurrentAsync(asRole, CancellationToken.None));
    }

    [Fact]
    public async Task Grants_LetALesserRoleRunTheServiceAndNoMore()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        var role = $"service \"{Guid.NewGuid():N}\"";
        await ExecuteAsync(database, $"CREATE ROLE \"{role.Replace("\"", "\"\"", StringComparison.Ordinal)}\" LOGIN; {RuntimeGrants.For(role)}");
        await ExecuteAsync(database, RuntimeGrants.For(role));
        var asRole = new NpgsqlConnectionStringBuilder(database) { Username = role }.ConnectionString;

        await ApplyAsync(asRole);
        await ExecuteAsync(asRole, """
            WITH match AS (INSERT INTO public.wingman_matches (user1_id, user2_id) VALUES (gen_random_uuid(), gen_random_uuid()) RETURNING id)
            INSERT INTO public.wingman_sessions (match_id) SELECT id FROM match;
            UPDATE public.wingman_matches SET user1_reputation = 1;
            INSERT INTO public.reputation_credits SELECT gen_random_uuid(), id, 'completed', now() FROM public.wingman_sessions;
            DELETE FROM orleans.orleansstorage;
            """);

        Assert.Equal([1L, 1L, 1L], await ColumnAsync<long>(asRole, """
            SELECT count(*) FROM public.wingman_matches UNION ALL SELECT count(*) FROM public.wingman_sessions UNION ALL SELECT count(*) FROM public.reputation_credits
            """));
        foreach (var forbidden in new[] { "UPDATE orleans.orleansquery SET querytext = ''", "DELETE FROM public.reputation_credits", "UPDATE public.reputation_credits SET outcome = 'no_show'" })
            Assert.Equal("42501", (await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(asRole, forbidden))).SqlState);
    }

    [Fact]
    public async Task TablesInPublic_HaveRowLevelSecurityAndNothingIsGrantedToPublic()
    {
        var database = await TestPostgres.CreateDatabaseAsync();

        Assert.Equal([true, true, true], await ColumnAsync<bool>(database,
            "SELECT relrowsecurity FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"));
        Assert.Empty(await ColumnAsync<string>(database, """
            SELECT relname::text FROM pg_class, aclexplode(relacl) AS granted
            WHERE relnamespace IN ('public'::regnamespace, 'orleans'::regnamespace) AND granted.grantee = 0
            UNION ALL SELECT nspname::text FROM pg_namespace, aclexplode(nspacl) AS granted WHERE nspname = 'orleans' AND granted.grantee = 0
            """));
    }

    private static Task ApplyAsync(string database) => SchemaMigrator.ApplyAsync(database, NullLogger.Instance, CancellationToken.None);

    private static async Task ExecuteAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<List<T>> ColumnAsync<T>(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<T>();
        while (await reader.ReadAsync())
            values.Add(reader.GetFieldValue<T>(0));
        return values;
    }
}
