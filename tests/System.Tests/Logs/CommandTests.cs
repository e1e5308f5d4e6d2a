using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;

namespace Wingman.SystemTests.Logs;

/// <summary>Text that other programs wrote into the database, or that a server sent, is escaped in what the operators' commands print.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed partial class CommandTests
{
    private static readonly Dictionary<string, string[]> Commands = new()
    {
        ["doctor"] = ["doctor"],
        ["schema"] = ["schema", "check"],
        ["explain"] = ["explain", "session", $"{Guid.Empty}"],
        ["webhooks"] = ["webhooks", "list"],
    };

    public static TheoryData<string> NamesOfCommands => [.. Commands.Keys];

    [Theory]
    [InlineData("list")]
    [InlineData("dead")]
    public async Task Webhooks_ShowAReceiverOnOneLine_Escaped(string verb)
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        await ExecuteAsync(
            database,
            "insert into wingman.log_readers (name, era, tx, id, failing_since, last_failure, cut_off_at, cut_off_reason) values ($1, 1, '1', 0, now(), $1, now(), $1)",
            Canary.Breaking);
        await ExecuteAsync(
            database,
            "insert into wingman.webhook_dead_letters (receiver, era, tx, id, kind, attempts, first_attempt_at, last_failure) values ($1, 1, '1', 1, $1, 12, now(), $1)",
            Canary.Breaking);

        var shown = await WingmanCommand.RunAsync(database, "webhooks", verb);

        Assert.True(shown.ExitCode == 0, $"{shown}");
        var line = Assert.Single(LinesOf(shown.Output));
        Assert.StartsWith(Canary.Escaped, line, StringComparison.Ordinal);
        Assert.EndsWith($": {Canary.Escaped}", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_ShowsNamesOfTheDatabase_AndChecksOfAHost_Escaped()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        await ExecuteAsync(
            database, "insert into wingman.log_readers (name, era, tx, id, cut_off_at, cut_off_reason) values ($1, 1, '1', 0, now(), $1)", Canary.Breaking);
        await ExecuteAsync(database, $"alter table public.wingman_sessions add column \"{Canary.Breaking}\" int not null");
        await ExecuteAsync(database, $"create index \"{Canary.Breaking}\" on public.wingman_sessions (venue_name)");
        await ExecuteAsync(database, "update pg_index set indisvalid = false where indexrelid = (select oid from pg_class where relname = $1)", Canary.Breaking);
        await using var host = await ServeAsync(failing: Canary.Breaking);

        var shown = await WingmanCommand.RunAsync(database, "doctor", "--url", host.Urls.Single());

        Assert.True(shown.ExitCode == 1, $"{shown}");
        var lines = LinesOf(shown.Output);
        Assert.All(lines, static line => Assert.Matches(BeginOfALine(), line));
        Assert.Contains(lines, static line => line.Contains($"the check '{Canary.Escaped}' reports that it is not", StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.Contains($"The reader {Canary.Escaped} was cut off", StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.Contains($"The column wingman_sessions.{Canary.Escaped} must be given", StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.Contains($"alter column \"{Canary.Escaped}\" set default", StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.EndsWith($"reindex index concurrently \"{Canary.Escaped}\";", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(NamesOfCommands))]
    public async Task Refusal_OfTheServer_IsShownOnOneLine_Escaped(string command)
    {
        var elsewhere = new NpgsqlConnectionStringBuilder(await TestPostgres.CreateEmptyDatabaseAsync()) { Database = Canary.Breaking };

        var (exitCode, _, errors) = await WingmanCommand.RunAsync(elsewhere.ConnectionString, Commands[command]);

        Assert.Equal(2, exitCode);
        Assert.Contains($"\"{Canary.Escaped}\"", Assert.Single(LinesOf(errors)), StringComparison.Ordinal);
    }

    /// <summary>The lines, of which none has a control character.</summary>
    private static string[] LinesOf(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, static line => Assert.DoesNotContain(line, static letter => char.IsControl(letter) || letter is '\u2028' or '\u2029'));
        return lines;
    }

    /// <summary>A host that is alive, and one of whose checks fails.</summary>
    private static async Task<WebApplication> ServeAsync(string failing)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{FreePorts.Next()}");
        var host = builder.Build();
        host.MapGet("/health/live", static () => Results.Ok());
        host.MapGet("/health/ready", () => Results.Json(
            new Dictionary<string, Dictionary<string, string>> { ["checks"] = new() { [failing] = "not ready" } }, statusCode: StatusCodes.Status503ServiceUnavailable));
        await host.StartAsync();
        return host;
    }

    private static async Task ExecuteAsync(string connectionString, string sql, params object[] parameters)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var command = database.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter);
        await command.ExecuteNonQueryAsync();
    }

    [GeneratedRegex("^(ok     |WARNING|PROBLEM) [a-zA-Z0-9_.]+: |^ {10}|^[0-9]+ problems, [0-9]+ warnings$")]
    private static partial Regex BeginOfALine();
}
