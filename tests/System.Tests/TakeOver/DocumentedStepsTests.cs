using Npgsql;
using Wingman.SystemTests.Clusters;
using Wingman.SystemTests.Repository;
using Wingman.Testing;
using Wingman.Testing.Product;
using Xunit.Abstractions;

namespace Wingman.SystemTests.TakeOver;

/// <summary>Runs all command lines of docs/existing-database.md, in their order, on the product's database.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class DocumentedStepsTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EveryCommand_Works_AndLeavesNothingBehind(bool ownerIsSuperuser)
    {
        await using var database = await ProductDatabase.CreateAsync(await TestPostgres.CreateEmptyDatabaseAsync());
        await ProductData.Generate(new(Seed: 3, TimeProvider.System.GetUtcNow()) { Users = 50, Matches = 100, Sessions = 300 }).InsertAsync(database.Sql, TextWriter.Null);
        var owner = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        if (!ownerIsSuperuser) owner.Username = await HandOverAsync(database, owner.Database!);
        var before = await ProductCatalog.ReadAsync(database.Sql);
        var rows = await RowsAsync(database);
        var ports = HostPorts.Free();
        await using var keys = await EncryptedKeyServer.StartAsync();
        using var shell = await DocumentedShell.CreateAsync(new Dictionary<string, string>(DocumentedShell.On(ports))
        {
            ["OWNER"] = owner.ConnectionString,
            ["OWNER_URL"] = $"postgresql:///{owner.Database}?host={owner.Host}&user={owner.Username}",
            ["SERVICE"] = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = "wingman_service" }.ConnectionString,
            ["SERVICE_PASSWORD"] = "a password of the tests",
            ["ISSUER"] = "https://wingman.test/auth/v1",
            ["JWKS_URL"] = keys.Address,
            // The authority that the service trusts in addition: the one of this test's key server.
            ["SSL_CERT_FILE"] = keys.CertificateFile,
        });
        var blocks = Documentation.Blocks("bash");
        Assert.Equal(7, blocks.Count);

        output.WriteLine(await shell.RunAsync(string.Join('\n', blocks).Replace("localhost:8081", $"127.0.0.1:{ports.Operations}", StringComparison.Ordinal)));

        Assert.Equal(before, await ProductCatalog.ReadAsync(database.Sql));
        Assert.Equal(rows, await RowsAsync(database));
    }

    /// <summary>Gives the product's tables to an owner as Supabase has it, which is no superuser and no member of the roles that it creates.</summary>
    /// <returns>Its name.</returns>
    private static async Task<string> HandOverAsync(ProductDatabase database, string name)
    {
        var role = $"owner_{Guid.NewGuid():N}";
        await database.Sql.ExecuteAsync($"""
            create role {role} login createrole bypassrls;
            grant create on database {name} to {role};
            alter table public.user_profiles owner to {role};
            alter table public.approach_challenges owner to {role};
            alter table public.wingman_matches owner to {role};
            alter table public.wingman_sessions owner to {role};
            """);
        return role;
    }

    /// <summary>Every row of the product's two tables with its version.</summary>
    private static async Task<string?> RowsAsync(ProductDatabase database)
    {
        await using var command = database.Sql.CreateCommand("""
            select md5(string_agg(line, ',' order by line)) from (
              select s.xmin || s::text as line from public.wingman_sessions s union all select m.xmin || m::text from public.wingman_matches m) l
            """);
        return await command.ExecuteScalarAsync() as string;
    }
}
