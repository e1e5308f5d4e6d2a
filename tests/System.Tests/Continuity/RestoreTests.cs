using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Wingman.Development;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;
using Wingman.Testing.History;

namespace Wingman.SystemTests.Continuity;

/// <summary>Runs docs/backup.md as it is written: a dump of a database in use is restored on another server, and used there.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed partial class RestoreTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("restore-");

    [Fact]
    public async Task ADumpOfADatabaseInUse_IsRestoredElsewhere_AndGoneOnWith()
    {
        await using var before = await TestCluster.CreateAsync();
        var host = before.AddCohosted("host");
        await before.StartAllAsync();
        var (waiting, completed, untouched) = (await before.NewSessionAsync(), await before.NewSessionAsync(), await before.NewSessionAsync());
        await before.ConfirmAsync(waiting, Participant.User1);
        await before.ConfirmAsync(completed, Participant.User1);
        await before.ConfirmAsync(completed, Participant.User2);
        var asDumped = await AnswersAsync(before);
        var lastLine = await LastLineAsync(before.ConnectionString);

        await RunDocumentedAsync("pg_dump", ("DATABASE", before.ConnectionString));
        // What the restore loses.
        await before.ConfirmAsync(untouched, Participant.User1);
        Assert.Equal(0, await host.StopAsync());

        await using var server = await EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.ThrowAway(new Dictionary<string, string>()), NullLogger.Instance, CancellationToken.None);
        await server.CreateDatabaseAsync("restored", "template0");
        var restored = server.GetConnectionString("restored");
        await RunDocumentedAsync("pg_restore", ("NEW_DATABASE", restored));
        await RunDocumentedAsync("psql", ("NEW_DATABASE", restored));
        Assert.Equal(0, (await WingmanCommand.RunAsync(restored, "schema", "check")).ExitCode);
        await using var after = new TestCluster(restored);
        after.Add(host.Settings.With("ConnectionStrings:Wingman", restored));
        await after.StartAllAsync();

        await after.AssertInvariantsAsync();
        Assert.Equal(asDumped, await AnswersAsync(after));
        var wasWaiting = await after.ConfirmAsync(waiting, Participant.User2);
        Assert.Equal("completed", wasWaiting.Body.GetProperty("session_status").GetString());
        await after.ConfirmAsync(untouched, Participant.User2);
        Assert.Equal("completed", (await after.ConfirmAsync(untouched, Participant.User1)).Body.GetProperty("session_status").GetString());
        await after.NewSessionAsync();
        await after.AssertInvariantsAsync();
        Assert.True(await LastLineAsync(restored) > lastLine, "the log's ids go on rising");

        async Task<string[]> AnswersAsync(TestCluster cluster)
        {
            List<string> answers = [];
            foreach (var session in new[] { waiting, completed, untouched })
            {
                answers.Add((await cluster.ReadAsync(session)).Body.GetRawText());
                answers.Add((await cluster.GetAsync($"/api/user/reputation/{session.Pair.User1}/history", session.Pair.User1)).Body.GetRawText());
            }

            return [.. answers];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _directory.Delete(recursive: true);

    private static async Task<long> LastLineAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        return await source.ScalarAsync<long>("select max(id) from wingman.events");
    }

    private async Task RunDocumentedAsync(string program, (string Variable, string ConnectionString) database)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(HostBinaries.Repository, "docs", "backup.md"));
        var command = Assert.Single(Block().Matches(text).Select(static block => block.Groups[1].Value), block => block.StartsWith(program + " ", StringComparison.Ordinal));
        var binaries = await PostgresBinaries.FindAsync(null, CancellationToken.None);
        var address = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var (exitCode, output) = await Wingman.Development.Command.RunAsync(
            [
                "env", $"PATH={binaries.Directory}:{Environment.GetEnvironmentVariable("PATH")}", $"BACKUP={_directory.FullName}/wingman.dump",
                $"{database.Variable}=host={address.Host} port={address.Port} user={address.Username} dbname={address.Database}", "bash", "-c", command,
            ],
            CancellationToken.None);
        Assert.True(exitCode == 0, output);
    }

    [GeneratedRegex(@"^```bash\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
