using System.Text.Json;
using Npgsql;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;

namespace Wingman.SystemTests.Logs;

/// <summary>Passwords and connection strings are not repeated when something is wrong with them, or with what they lead to.</summary>
[Collection(LoggedCollection.Name)]
public sealed class ConnectionTests(LoggedFixture hosts)
{
    /// <summary>Texts that the driver cannot read. Its exceptions repeat what is before an equals sign, or the value.</summary>
    private static readonly Dictionary<string, string> Unreadable = new()
    {
        ["address"] = $"postgresql://wingman:{Canary.Secret}@localhost/wingman?sslmode=require",
        ["password with a semicolon that is not quoted"] = $"Host=localhost;Database=wingman;Username=wingman;Password=a;{Canary.Secret}=b",
        ["setting that is unknown"] = $"Host=localhost;Pasword={Canary.Secret}",
        ["setting with another value than it can have"] = $"Host=localhost;Port={Canary.Secret}",
    };

    private static readonly Dictionary<string, string[]> Commands = new()
    {
        ["doctor"] = ["doctor"],
        ["schema"] = ["schema", "check"],
        ["explain"] = ["explain", "session", $"{Guid.Empty}"],
        ["repair"] = ["repair", "cancel", "session", $"{Guid.Empty}", "--reason", "a reason"],
        ["webhooks"] = ["webhooks", "list"],
    };

    public static TheoryData<string> UnreadableTexts => [.. Unreadable.Keys];

    public static TheoryData<string> NamesOfCommands => [.. Commands.Keys];

    public static TheoryData<string> Apis => [.. LoggedFixture.Apis];

    public static TheoryData<string> Environments => ["Development", "Production"];

    [Theory]
    [MemberData(nameof(UnreadableTexts))]
    public async Task ConnectionString_ThatCannotBeRead_EndsTheStartInOneSentenceWithoutIt(string text)
    {
        await using var host = new ServiceProcess(new ServiceSettings(HostKind.Silo, "host").With("ConnectionStrings:Wingman", Unreadable[text]));
        host.Start();

        var exitCode = await host.WaitForExitAsync();

        Assert.Equal(1, exitCode);
        var sentence = Assert.Single(host.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("Wingman does not start: ConnectionStrings:Wingman cannot be read", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary.Secret, sentence, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(NamesOfCommands))]
    public async Task ConnectionString_ThatCannotBeRead_EndsACommandInOneSentenceWithoutIt(string command)
    {
        var (exitCode, output, errors) = await WingmanCommand.RunAsync(Unreadable["address"], Commands[command]);

        Assert.Equal(2, exitCode);
        Assert.StartsWith("ConnectionStrings:Wingman cannot be read", errors, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary.Secret, output + errors, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(Environments))]
    public async Task Database_ThatIsNotThere_IsWaitedForByItsNameEscaped_AndWithoutThePassword(string environment)
    {
        using var tokens = TestTokens.WithSharedSecret(TestCluster.Secret);
        var elsewhere = new NpgsqlConnectionStringBuilder(await TestPostgres.CreateEmptyDatabaseAsync()) { Database = Canary.Breaking, Password = Canary.Secret };
        await using var host = new ServiceProcess(
            ServiceSettings.ForCluster(HostKind.Api, "host", elsewhere.ConnectionString, TestCluster.Secret, tokens) with { Environment = environment });
        host.Start();

        var log = await Eventually.BecomesAsync(
            "the host has tried the database", _ => Task.FromResult(host.Log), static written => written.Contains("Waiting for the database", StringComparison.Ordinal));

        var text = new LogText(log, IsJson: environment == "Production");
        text.AssertShows($"{elsewhere.Host}/{Canary.Escaped}: database ");
        text.AssertIsSafe();
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task Database_ThatIsGoneForAWhile_IsLoggedAsSuch_WithoutThePassword(string host)
    {
        var logged = hosts.Of(host);
        var session = await logged.InsertSessionAsync();

        var log = await logged.LogOfAsync(async () =>
        {
            await using (await ClosedDatabase.CloseAsync(logged.ConnectionString))
                await logged.WritesAsync("SQLSTATE 55000", () => logged.ConfirmAsync(session));

            await logged.BecomesReadyAsync();
        });

        log.AssertShows("A batch of 1 failed (Unknown: SQLSTATE 55000)");
        log.AssertIsSafe();
    }

    [Fact]
    public async Task IssuerOfAnotherDiscoveryDocument_IsLoggedEscaped()
    {
        await using var issuer = new RawServer();
        var document = JsonSerializer.Serialize(new { issuer = Canary.Breaking });
        issuer.Answer = $"HTTP/1.1 200 OK\r\nContent-Length: {document.Length}\r\nConnection: close\r\n\r\n{document}";
        using var tokens = TestTokens.WithSharedSecret(TestCluster.Secret);
        var settings = ServiceSettings.ForCluster(HostKind.Api, "host", await TestPostgres.CreateDatabaseAsync(), TestCluster.Secret, tokens)
            .With("Authentication:SharedSecret", null)
            .With("Authentication:Authority", issuer.Address.ToString());
        await using var host = new ServiceProcess(settings with { Environment = "Development" });
        host.Start();

        var log = await Eventually.BecomesAsync(
            "the host has fetched the document", _ => Task.FromResult(host.Log), static written => written.Contains("discovery document", StringComparison.Ordinal));

        var text = new LogText(log, IsJson: false);
        text.AssertShows($"is the discovery document of '{Canary.Escaped}'");
        text.AssertIsSafe();
    }

    /// <summary>A database that lets nobody in, until this is disposed.</summary>
    private sealed class ClosedDatabase : IAsyncDisposable
    {
        private readonly string _name;
        private readonly NpgsqlDataSource _server;

        private ClosedDatabase(NpgsqlConnectionStringBuilder database)
        {
            _name = database.Database!;
            _server = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Database = "postgres" });
        }

        public static async Task<ClosedDatabase> CloseAsync(string connectionString)
        {
            var database = new ClosedDatabase(new(connectionString));
            await database.ExecuteAsync($"alter database {database._name} allow_connections false");
            await database.ExecuteAsync($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database._name}'");
            return database;
        }

        public async ValueTask DisposeAsync()
        {
            await ExecuteAsync($"alter database {_name} allow_connections true");
            await _server.DisposeAsync();
        }

        private async Task ExecuteAsync(string sql)
        {
            await using var command = _server.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
    }
}
