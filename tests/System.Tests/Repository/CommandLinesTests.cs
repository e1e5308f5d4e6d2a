using Npgsql;
using Wingman.Testing;

namespace Wingman.SystemTests.Repository;

/// <summary>
/// Runs the commands of all documents for which a host and a database suffice, with values in place of <c>&lt;id&gt;</c> and the like.
/// </summary>
[Collection(DocumentedCollection.Name)]
public sealed class CommandLinesTests(DocumentedFixture host)
{
    [Fact]
    public async Task EveryCommand_Works()
    {
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(host.ConnectionString) { Pooling = false });
        await using var unwanted = await database.OpenConnectionAsync();
        await using (var receiver = database.CreateCommand("select 1 from wingman.log_readers where name = 'crm'"))
            await Eventually.IsTrueAsync("the receiver is served", async checking => await receiver.ExecuteScalarAsync(checking) is 1);
        var commands = DocumentedCommands.Documents.SelectMany(DocumentedCommands.In)
            .Where(static command => CommandRunner.Of(command) is { IsHere: true })
            .Select(command => WithValues(command.Text, unwanted.ProcessID))
            .Distinct();
        List<string> lines = [];
        foreach (var command in commands) lines.Add(await WithSessionAsync(command));

        var said = await host.Shell.RunAsync($"""
            USER1={Guid.NewGuid()}
            KEY='{host.ServiceKey.Key}'
            set -x
            {string.Join('\n', lines)}
            """);

        Assert.Contains(host.ServiceKey.Hash, said, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<NpgsqlException>(async () =>
        {
            await using var ask = new NpgsqlCommand("select 1", unwanted);
            await ask.ExecuteScalarAsync();
        });
    }

    /// <summary>The command, as a reader would complete it, except for sessions and users.</summary>
    private string WithValues(string command, int process)
    {
        (string Name, string Value)[] values =
        [
            ("6f0c...", "<id>"),
            ("match/<id>", $"match/{Guid.NewGuid()}"),
            ("'{...}'", $$"""'{"user1_id": "{{Guid.NewGuid()}}", "user2_id": "{{Guid.NewGuid()}}", "status": "accepted"}'"""),
            ("<process id>", $"{process}"),
            ("<project>", "project"),
            ("<receiver>", "crm"),
            ("[receiver]", "crm"),
            ("wm_secret_...", host.ServiceKey.Key),
            ("ConnectionStrings__Wingman=... ", ""),
            ("$HOST", host.Operations),
            ("http://localhost:8081", host.Operations),
            ("https://<your API>", host.Address),
            ("https://...", host.Address),
            ("<Authentication:JwksUrl>", $"{host.Operations}/health/live"),
            ("<its URL>", $"{host.Operations}/health/live"),
            ("$USER1)\" ...", $"$USER1)\" {host.Address}/api/user/reputation/$USER1"),
        ];
        var line = values.Aggregate(command, static (text, value) => text.Replace(value.Name, value.Value, StringComparison.Ordinal));
        return line.StartsWith("select ", StringComparison.Ordinal)
            ? $"psql --no-psqlrc --set=ON_ERROR_STOP=1 --dbname=\"$DATABASE\" --command='{line}'"
            : line;
    }

    /// <summary>The command with a session of its own, a no-show, of which every repair can be made, or with a user of such a session.</summary>
    private async Task<string> WithSessionAsync(string command)
    {
        if (!command.Contains("<id>", StringComparison.Ordinal)) return command;

        var (session, user) = await host.NewNoShowAsync();
        return command
            .Replace("session <id>", $"session {session}", StringComparison.Ordinal)
            .Replace("user <id>", $"user {user}", StringComparison.Ordinal);
    }
}
