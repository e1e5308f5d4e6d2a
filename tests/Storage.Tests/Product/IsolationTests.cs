using Npgsql;
using Wingman.Silo.Schema;
using Wingman.Testing.Product;

namespace Wingman.Storage.Tests.Product;

/// <summary>The roles that a REST layer switches to cannot read or write anything of ours. If they can, the start is refused.</summary>
public sealed class IsolationTests
{
    [Theory]
    [InlineData(RestRole.Anonymous)]
    [InlineData(RestRole.Authenticated)]
    public async Task NothingOfOurs_IsReadableOrWritable(RestRole role)
    {
        await using var fixture = await TakenOverFixture.CreateAsync();
        var tables = await OurTablesAsync(fixture);
        Assert.Contains("orleans.orleansquery", tables);
        Assert.Contains("wingman.events", tables);

        string[] statements =
        [
            .. tables.SelectMany(static table => new[]
            {
                $"select from {table}", $"insert into {table} default values", $"update {table} set ctid = ctid", $"delete from {table}",
                $"truncate {table}", $"lock table {table} in access share mode", $"select 1 from {table} for share", $"copy {table} to stdout",
            }),
            "create table wingman.mine (id int)", "create table orleans.mine (id int)", "drop schema wingman cascade",
        ];

        await Assert.AllAsync(statements, async sql =>
        {
            var refusal = await Assert.ThrowsAsync<PostgresException>(() => fixture.Database.ExecuteAsRestAsync(role, Guid.NewGuid(), sql));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
        });
    }

    [Fact]
    public async Task ADatabaseAsTheMigrationLeavesIt_Passes()
    {
        await using var fixture = await TakenOverFixture.CreateAsync();
        await CheckAsync(fixture);
    }

    [Theory]
    [InlineData("grant usage on schema wingman to anon", "revoke all on schema wingman from anon;")]
    [InlineData("grant usage on schema orleans to public", "revoke all on schema orleans from public;")]
    [InlineData("grant create on schema orleans to authenticated", "revoke all on schema orleans from authenticated;")]
    [InlineData("grant select on wingman.events to authenticated", "revoke all on all tables in schema wingman from authenticated;")]
    [InlineData("grant update (querytext) on orleans.orleansquery to anon", "revoke all on all tables in schema orleans from anon;")]
    [InlineData("grant insert on orleans.orleansquery to public", "revoke all on all tables in schema orleans from public;")]
    [InlineData("grant usage on all sequences in schema wingman to anon", "revoke all on all sequences in schema wingman from anon;")]
    [InlineData(
        "alter default privileges in schema wingman grant select on tables to anon",
        "alter default privileges for role wingman in schema wingman revoke all on tables from anon;")]
    [InlineData(
        "alter default privileges in schema orleans grant all on sequences to public",
        "alter default privileges for role wingman in schema orleans revoke all on sequences from public;")]
    public async Task AWayIn_IsRefused_WithTheSqlThatClosesIt(string opening, string mending)
    {
        await using var fixture = await TakenOverFixture.CreateAsync();
        await fixture.ExecuteAsync(opening);

        var refusal = await Assert.ThrowsAsync<IsolationException>(() => CheckAsync(fixture));

        Assert.EndsWith($"As the owner run: {mending}", refusal.Message, StringComparison.Ordinal);
        await fixture.ExecuteAsync(mending);
        await CheckAsync(fixture);
    }

    [Fact]
    public async Task AWayInThroughAnotherRole_IsRefused_WithTheSqlThatClosesIt()
    {
        await using var fixture = await TakenOverFixture.CreateAsync();
        var role = $"readers_{Guid.NewGuid():N}";
        await fixture.ExecuteAsync($"create role {role}; grant usage on schema wingman to {role}; grant {role} to authenticated");
        try
        {
            var refusal = await Assert.ThrowsAsync<IsolationException>(() => CheckAsync(fixture));

            Assert.EndsWith($"As the owner run: revoke all on schema wingman from {role};", refusal.Message, StringComparison.Ordinal);
            await fixture.ExecuteAsync($"revoke all on schema wingman from {role}");
            await CheckAsync(fixture);
        }
        finally
        {
            await fixture.ExecuteAsync($"revoke {role} from authenticated; drop owned by {role}; drop role {role}");
        }
    }

    [Fact]
    public async Task TheWholeDatabasesDefaultPrivileges_DoNotOpenWhatAMigrationCreates()
    {
        await using var database = await ProductDatabase.CreateAsync(await Testing.TestPostgres.CreateEmptyDatabaseAsync());
        await using (var open = database.Sql.CreateCommand(
            "alter default privileges grant all on tables to anon, authenticated; alter default privileges grant all on sequences to public"))
        {
            await open.ExecuteNonQueryAsync();
        }

        await SchemaMigrator.ApplyAsync(
            database.ConnectionString, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, CancellationToken.None);

        await using var connection = await database.Sql.OpenConnectionAsync();
        await IsolationCheck.RunAsync(connection, CancellationToken.None);
    }

    [Fact]
    public async Task TheMigration_ChangesNothingInPublic()
    {
        await using var database = await ProductDatabase.CreateAsync(await Testing.TestPostgres.CreateEmptyDatabaseAsync());
        var before = await ProductCatalog.ReadAsync(database.Sql);

        await SchemaMigrator.ApplyAsync(
            database.ConnectionString, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, CancellationToken.None);

        Assert.Equal(before, await ProductCatalog.ReadAsync(database.Sql));
    }

    private static async Task CheckAsync(TakenOverFixture fixture)
    {
        await using var connection = await fixture.Database.Sql.OpenConnectionAsync();
        await IsolationCheck.RunAsync(connection, CancellationToken.None);
    }

    private static Task<List<string>> OurTablesAsync(TakenOverFixture fixture) => fixture.LinesAsync(
        "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('orleans', 'wingman')");
}
