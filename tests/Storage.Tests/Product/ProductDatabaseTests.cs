using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Wingman.Development;
using Wingman.Testing;
using Wingman.Testing.Product;

namespace Wingman.Storage.Tests.Product;

/// <summary>The fixture is exactly the product's database.</summary>
public sealed class ProductDatabaseTests(ProductFixture fixture) : IClassFixture<ProductFixture>
{
    [Theory]
    [InlineData(
        "user_profiles",
        """
        id uuid not null default extensions.uuid_generate_v4()
        email text
        first_name text
        last_name text
        bio text
        photo_url text
        experience_level character varying(50) default 'beginner'::character varying
        confidence_archetype text
        created_at timestamp with time zone default now()
        updated_at timestamp with time zone default now()
        """)]
    [InlineData(
        "approach_challenges",
        """
        id uuid not null default extensions.uuid_generate_v4()
        difficulty character varying(50) not null
        title character varying(200) not null
        description text
        points integer default 10
        created_at timestamp with time zone default now()
        """)]
    [InlineData(
        "wingman_matches",
        """
        id uuid not null default extensions.uuid_generate_v4()
        user1_id uuid not null
        user2_id uuid not null
        status character varying(50) default 'pending'::character varying
        user1_reputation integer default 0
        user2_reputation integer default 0
        created_at timestamp with time zone default now()
        """)]
    [InlineData(
        "wingman_sessions",
        """
        id uuid not null default extensions.uuid_generate_v4()
        match_id uuid not null
        user1_challenge_id uuid
        user2_challenge_id uuid
        venue_name character varying(200)
        scheduled_time timestamp with time zone
        status character varying(50) default 'scheduled'::character varying
        completed_at timestamp with time zone
        user1_completed_confirmed_by_user2 boolean default false
        user2_completed_confirmed_by_user1 boolean default false
        notes text
        created_at timestamp with time zone default now()
        """)]
    public async Task Columns_AreTheProducts(string table, string expected) => Assert.Equal(expected, await fixture.ScalarAsync<string>(
        """
        select string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end,
          'default ' || pg_get_expr(d.adbin, d.adrelid)), E'\n' order by a.attnum)
        from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = $1::text::regclass and a.attnum > 0 and not a.attisdropped
        """,
        table));

    [Theory]
    [InlineData(
        "wingman_matches",
        """
        (created_at)
        (id)
        (status)
        (status, user1_id, user2_id) WHERE ((status)::text = 'accepted'::text)
        (user1_id)
        (user2_id)
        """)]
    [InlineData(
        "wingman_sessions",
        """
        (id)
        (match_id)
        (match_id) INCLUDE (id, status, created_at)
        (scheduled_time)
        (status)
        (status, scheduled_time) WHERE ((status)::text = ANY ((ARRAY['scheduled'::character varying, 'in_progress'::character varying])::text[]))
        """)]
    public async Task Indexes_AreTheProducts(string table, string expected) => Assert.Equal(expected, await fixture.ScalarAsync<string>(
        """
        select string_agg(columns, E'\n' order by columns collate "C")
        from (select substring(pg_get_indexdef(indexrelid) from 'USING btree (.*)$') as columns from pg_index where indrelid = $1::text::regclass) i
        """,
        table));

    [Fact]
    public async Task Tables_HaveRowLevelSecurity_FullPages_AndNoTriggers()
    {
        Assert.Equal(4L, await fixture.ScalarAsync<long>(
            """
            select count(*) from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
              and relrowsecurity and not relforcerowsecurity and reloptions is null
            """));
        Assert.Equal(0L, await fixture.ScalarAsync<long>("select count(*) from pg_trigger where not tgisinternal"));
    }

    [Fact]
    public async Task DeletingAUser_DeletesTheirMatchesAndSessions()
    {
        var (buddies, others) = (await fixture.BuddiesAsync(), await fixture.BuddiesAsync());
        await buddies.InsertSessionAsync(fixture.Database, ProductFixture.Then);
        var kept = await others.InsertSessionAsync(fixture.Database, ProductFixture.Then);

        await fixture.ExecuteAsync("delete from user_profiles where id = $1", buddies.User2);

        Assert.Equal(0L, await fixture.ScalarAsync<long>("select count(*) from wingman_matches where id = $1", buddies.Match));
        Assert.Equal(0L, await fixture.ScalarAsync<long>("select count(*) from wingman_sessions where match_id = $1", buddies.Match));
        Assert.NotNull(await fixture.LineAsync(kept));
    }

    [Theory]
    [InlineData("update wingman_sessions set status = 'expired' where id = $1", PostgresErrorCodes.CheckViolation)]
    [InlineData("update wingman_sessions set match_id = extensions.uuid_generate_v4() where id = $1", PostgresErrorCodes.ForeignKeyViolation)]
    [InlineData("update wingman_sessions set user1_challenge_id = extensions.uuid_generate_v4() where id = $1", PostgresErrorCodes.ForeignKeyViolation)]
    [InlineData(
        "update wingman_matches m set user1_id = user2_id from wingman_sessions s where s.match_id = m.id and s.id = $1",
        PostgresErrorCodes.CheckViolation)]
    [InlineData(
        "update wingman_matches m set user1_id = s.id from wingman_sessions s where s.match_id = m.id and s.id = $1",
        PostgresErrorCodes.ForeignKeyViolation)]
    public async Task AConstraint_Refuses(string sql, string state)
    {
        var session = await (await fixture.BuddiesAsync()).InsertSessionAsync(fixture.Database, ProductFixture.Then);

        Assert.Equal(state, (await Assert.ThrowsAsync<PostgresException>(() => fixture.ExecuteAsync(sql, session))).SqlState);
    }

    [Fact]
    public async Task AMatch_TakesAnyStatus_AndTwoActiveSessions()
    {
        var buddies = await fixture.BuddiesAsync("expired");
        await buddies.InsertSessionAsync(fixture.Database, ProductFixture.Then, "in_progress");
        await buddies.InsertSessionAsync(fixture.Database, ProductFixture.Then, "scheduled");

        Assert.Equal(2L, await fixture.ScalarAsync<long>("select count(*) from wingman_sessions where match_id = $1", buddies.Match));
    }

    [Theory]
    [InlineData(UuidFunction.Extension)]
    [InlineData(UuidFunction.BuiltIn)]
    public async Task Ids_AreGenerated_WithOrWithoutTheExtension(UuidFunction preferred)
    {
        await using var database = await ProductDatabase.CreateAsync(await TestPostgres.CreateEmptyDatabaseAsync(), preferred);

        var id = await database.Sql.ScalarAsync<Guid>("insert into user_profiles default values returning id");

        Assert.Equal(4, id.Version);
        var isInstalled = await database.Sql.ScalarAsync<bool>("select exists (select from pg_extension where extname = 'uuid-ossp')");
        Assert.Equal(database.Uuids == UuidFunction.Extension, isInstalled);
        var isAvailable = await database.Sql.ScalarAsync<bool>("select exists (select from pg_available_extensions where name = 'uuid-ossp')");
        Assert.Equal(preferred == UuidFunction.Extension && isAvailable, database.Uuids == UuidFunction.Extension);
    }

    [Fact]
    public async Task ManyDatabases_AreCreatedAtOnce_OnAServerWithoutTheRoles()
    {
        const int Databases = 8;
        await using var server = await EmbeddedPostgres.StartAsync(
            EmbeddedPostgresOptions.ThrowAway(new Dictionary<string, string>()), NullLogger.Instance, CancellationToken.None);
        for (var index = 0; index < Databases; index++) await server.CreateDatabaseAsync($"product_{index}");

        var databases = await Task.WhenAll(
            Enumerable.Range(0, Databases).Select(index => Task.Run(() => ProductDatabase.CreateAsync(server.GetConnectionString($"product_{index}")))));

        foreach (var database in databases)
        {
            Assert.Equal(0, await database.ScalarAsRestAsync<long>(RestRole.Anonymous, null, "select count(*) from wingman_matches"));
            await database.DisposeAsync();
        }
    }
}
