using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Wingman.Silo.Schema;
using Wingman.Storage.Tests.Fixtures;
using Wingman.Testing;
using Wingman.Testing.Product;

namespace Wingman.Storage.Tests.Schema;

/// <summary>The schema is applied to the product's own database: nothing that was there changes, and nothing of ours is public.</summary>
public sealed class ExistingDatabaseTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 18, 30, 0, TimeSpan.Zero);

    /// <summary>The catalog without our two schemas, as text with each row's version: it shows what was created, altered or dropped.</summary>
    private const string Catalog = """
        with ours as (select oid from pg_namespace where nspname in ('orleans', 'wingman', 'pg_toast')
                        or nspname like 'pg_temp%' or nspname like 'pg_toast_temp%')
        select concat_ws(' ', 'relation', c.oid::regclass, relkind, relowner, relfilenode, relhastriggers, relhasindex, relrowsecurity, relforcerowsecurity, relacl, reloptions)
          from pg_class c where relnamespace not in (select oid from ours)
        union all select 'column ' || a.xmin || ' ' || a.attrelid::regclass || ' ' || a.attname || ' ' || a.atttypid::regtype || ' ' || a.attnotnull || ' ' || a.atthasdef
          from pg_attribute a join pg_class c on c.oid = a.attrelid
          where c.relnamespace not in (select oid from ours) and c.relnamespace <> 'pg_catalog'::regnamespace and c.relnamespace <> 'information_schema'::regnamespace
        union all select 'constraint ' || n.xmin || ' ' || pg_get_constraintdef(n.oid) from pg_constraint n where connamespace not in (select oid from ours)
        union all select 'trigger ' || t.xmin || ' ' || pg_get_triggerdef(t.oid) from pg_trigger t join pg_class c on c.oid = tgrelid
          where c.relnamespace not in (select oid from ours)
        union all select 'policy ' || p.xmin || ' ' || p::text from pg_policy p
        union all select 'function ' || f.xmin || ' ' || f.oid::regprocedure from pg_proc f where pronamespace not in (select oid from ours)
        union all select 'type ' || y.xmin || ' ' || y.oid::regtype from pg_type y where typnamespace not in (select oid from ours)
        union all select 'default acl ' || d.xmin || ' ' || d::text from pg_default_acl d
        union all select 'extension ' || e.xmin || ' ' || e.extname from pg_extension e
        union all select 'schema ' || s.xmin || ' ' || s::text from pg_namespace s where oid not in (select oid from ours)
        union all select 'match ' || m.xmin || ' ' || m::text from public.wingman_matches m
        union all select 'session ' || s.xmin || ' ' || s::text from public.wingman_sessions s
        union all select 'user ' || u.xmin || ' ' || u::text from public.user_profiles u
        order by 1
        """;

    [Fact]
    public async Task Apply_LeavesTheProductExactlyAsItIs()
    {
        await using var product = await ProductDatabase.CreateAsync(await TestPostgres.CreateEmptyDatabaseAsync());
        await ProductData.Generate(new(11, Now) { Users = 50, Matches = 100, Sessions = 400 }).InsertAsync(product.Sql, TextWriter.Null);
        var before = await Database.ColumnAsync<string>(product.ConnectionString, Catalog);

        await SchemaMigrator.ApplyAsync(product.ConnectionString, NullLogger.Instance, CancellationToken.None);

        Assert.Equal(before, await Database.ColumnAsync<string>(product.ConnectionString, Catalog));
        Assert.Contains(before, static line => line.StartsWith("session ", StringComparison.Ordinal));
        Assert.True(await SchemaMigrator.IsCurrentAsync(product.ConnectionString, CancellationToken.None));
    }

    [Fact]
    public async Task Apply_WhereTheTablesHaveColumnsOfTheirOwn_LeavesThem()
    {
        const string Rows = "select m::text from public.wingman_matches m union all select s::text from public.wingman_sessions s order by 1";
        var database = await TestPostgres.CreateEmptyDatabaseAsync();
        await Database.ExecuteAsync(database, """
            create table public.wingman_matches (id uuid primary key, user1_id uuid, user2_id uuid, status varchar(50), mood jsonb not null);
            create table public.wingman_sessions (id uuid primary key, match_id uuid, status varchar(50), weather point);
            insert into public.wingman_matches values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'accepted', '{"a":1}');
            insert into public.wingman_sessions values (gen_random_uuid(), gen_random_uuid(), 'completed', '(1,2)');
            """);
        var before = await Database.ColumnAsync<string>(database, Rows);

        await SchemaMigrator.ApplyAsync(database, NullLogger.Instance, CancellationToken.None);

        Assert.Equal(before, await Database.ColumnAsync<string>(database, Rows));
    }

    [Theory]
    [InlineData(RestRole.Anonymous)]
    [InlineData(RestRole.Authenticated)]
    public async Task OurSchemas_AreNotUsableOverRest(RestRole role)
    {
        var fixture = new ExistingFixture();
        await fixture.InitializeAsync();
        try
        {
            var session = await SeededSession.InsertAsync(fixture);
            await session.WriteAsync(fixture.Open(), session.Completed);

            var tables = await fixture.ColumnAsync<string>("select table_schema || '.' || table_name from information_schema.tables where table_schema in ('orleans', 'wingman')");

            Assert.True(tables.Count >= 9);
            await Assert.AllAsync(tables.SelectMany(static table => new[] { $"select count(*) from {table}", $"delete from {table}" }), async statement =>
            {
                var refused = await Assert.ThrowsAsync<PostgresException>(() => fixture.Product.ExecuteAsRestAsync(role, session.User1, statement));
                Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
            });
        }
        finally
        {
            await fixture.DisposeAsync();
        }
    }
}
