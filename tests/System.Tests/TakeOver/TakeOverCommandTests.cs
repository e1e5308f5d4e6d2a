using System.Text.Json;
using Npgsql;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;
using Wingman.Testing.Product;

namespace Wingman.SystemTests.TakeOver;

/// <summary>The commands of a take-over, as an operator runs them.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class TakeOverCommandTests
{
    [Fact]
    public async Task Lockdown_IsApplied_TakenBack_AndRunFromItsPrintedScript()
    {
        await using var product = await ProductService.CreateAsync();
        var owner = product.Database.ConnectionString;
        Assert.Equal((2, "The schema is not current: run schema apply."), Refusal(await WingmanCommand.RunAsync(owner, "schema", "lockdown", "--apply")));
        Assert.Equal(0, (await WingmanCommand.RunAsync(owner, "schema", "apply")).ExitCode);
        var before = await ProductCatalog.ReadAsync(product.Database.Sql);

        Assert.Equal(0, (await WingmanCommand.RunAsync(owner, "schema", "lockdown", "--apply")).ExitCode);
        await Assert.ThrowsAsync<PostgresException>(() => Forgeries.TryAsync(product.Database, Forgery.Counter));
        var locked = await ProductCatalog.ReadAsync(product.Database.Sql);

        Assert.Equal(0, (await WingmanCommand.RunAsync(owner, "schema", "lockdown", "--undo")).ExitCode);
        Assert.Equal(1, await Forgeries.TryAsync(product.Database, Forgery.Counter));
        Assert.Equal(before, await ProductCatalog.ReadAsync(product.Database.Sql));

        var printed = await WingmanCommand.RunAsync(null, "schema", "lockdown");
        await product.ExecuteAsync(printed.Output);
        Assert.Equal(locked, await ProductCatalog.ReadAsync(product.Database.Sql));
    }

    [Fact]
    public async Task Lockdown_WhereThereIsNoRestLayer_SaysSo()
    {
        // Roles belong to the whole server. So this test starts a server of its own, on which no test has created Supabase's roles.
        await using var server = await Development.EmbeddedPostgres.StartAsync(
            Development.EmbeddedPostgresOptions.ThrowAway(), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, CancellationToken.None);
        Assert.Equal(0, (await WingmanCommand.RunAsync(server.GetConnectionString(), "schema", "apply")).ExitCode);

        Assert.Equal(
            (2, "The database has no roles anon and authenticated: there is no REST layer to close the tables to."),
            Refusal(await WingmanCommand.RunAsync(server.GetConnectionString(), "schema", "lockdown", "--apply")));
    }

    [Fact]
    public async Task Doctor_SaysByItsExitCodeWhetherSomethingStandsInTheWay()
    {
        await using var product = await ProductService.CreateAsync();
        var good = await WingmanCommand.RunAsync(product.Database.ConnectionString, "doctor", "--takeover", "--json");
        await product.ExecuteAsync("drop index public.idx_wingman_matches_user1");
        var bad = await WingmanCommand.RunAsync(product.Database.ConnectionString, "doctor", "--takeover");
        var unreachable = await WingmanCommand.RunAsync("Host=127.0.0.1;Port=1;Username=nobody;Database=nothing", "doctor", "--takeover");

        Assert.Equal((0, 0), (good.ExitCode, JsonSerializer.Deserialize<JsonElement>(good.Output).GetProperty("problems").GetInt32()));
        Assert.Equal(1, bad.ExitCode);
        Assert.Contains("create index concurrently wingman_matches_user1_id on public.wingman_matches (user1_id);", bad.Output, StringComparison.Ordinal);
        Assert.EndsWith("1 problems, 2 warnings", bad.Output.Trim(), StringComparison.Ordinal);
        Assert.Equal(2, unreachable.ExitCode);
        Assert.Equal(2, (await WingmanCommand.RunAsync(null, "doctor")).ExitCode);
    }

    [Theory]
    [InlineData("doctor", "--json")]
    [InlineData("doctor", "--takeover", "--json")]
    [InlineData("doctor", "--json", "--url", "http://127.0.0.1:1")]
    public async Task Doctor_WithoutADatabase_SaysSoInJson(params string[] command)
    {
        var unreachable = await WingmanCommand.RunAsync("Host=127.0.0.1;Port=1;Username=nobody;Password=canary;Database=nothing", command);

        Assert.Equal(2, unreachable.ExitCode);
        var findings = JsonSerializer.Deserialize<JsonElement>(unreachable.Output).GetProperty("findings").EnumerateArray().ToList();
        var unread = Assert.Single(findings, static finding => finding.GetProperty("check").GetString() == "server");
        Assert.Equal("problem", unread.GetProperty("severity").GetString());
        Assert.StartsWith("The database could not be read: ", unread.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(command.Contains("--url") ? 2 : 1, findings.Count);
        Assert.DoesNotContain("canary", unreachable.Output + unreachable.Errors, StringComparison.Ordinal);
    }

    private static (int ExitCode, string Reason) Refusal(CommandResult result) => (result.ExitCode, result.Errors.Trim());
}
