using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Npgsql;
using Wingman.Testing;

namespace Wingman.SystemTests.Repository;

/// <summary>
/// A host in Development, started by <c>./wingman up</c>, with what the documents have their readers configure first: a machine's key, an operator,
/// and a receiver of webhooks.
/// </summary>
public sealed partial class DocumentedFixture : IAsyncLifetime
{
    private static readonly HttpClient Http = new(new DocumentedHandler(new SocketsHttpHandler()));

    private readonly HostPorts _ports = HostPorts.Free();
    private Process _up = null!;

    /// <summary>The address of the API, without a slash at its end.</summary>
    public string Address => $"http://127.0.0.1:{_ports.Http}";

    /// <summary>The address of the operators' port.</summary>
    public string Operations => $"http://127.0.0.1:{_ports.Operations}";

    /// <summary>The host's database.</summary>
    internal string ConnectionString { get; private set; } = "";

    /// <summary>The key that <c>./wingman service-key backend</c> has printed, and its hash.</summary>
    internal (string Key, string Hash) ServiceKey { get; private set; }

    /// <summary>A shell with the settings that the host has, and with its addresses and database under the documents' names for them.</summary>
    internal DocumentedShell Shell { get; private set; } = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        ConnectionString = await TestPostgres.CreateEmptyDatabaseAsync();
        var database = new NpgsqlConnectionStringBuilder(ConnectionString);
        Shell = await DocumentedShell.CreateAsync(new Dictionary<string, string>(DocumentedShell.On(_ports))
        {
            ["ConnectionStrings__Wingman"] = ConnectionString,
            ["DATABASE"] = $"host={database.Host} port={database.Port} user={database.Username} dbname={database.Database}",
            ["WINGMAN_URL"] = Address,
        });
        var key = await Shell.RunAsync(DocumentedCommands.Block("docs/authentication.md", "./wingman service-key"));
        var secret = await Shell.RunAsync(DocumentedCommands.Block("docs/operations.md", "./wingman operator"));
        var settings = Setting().Matches(key + secret)
            .Select(static setting => $"export {setting.Groups["name"].Value}='{setting.Groups["value"].Value}'");
        ServiceKey = (Key().Match(key).Value, Setting().Match(key).Groups["value"].Value);
        // Nothing listens at the receiver's address, and no name server is asked for it.
        var receiver = DocumentedCommands.Block("docs/webhooks.md", "Wingman__Webhooks__Receivers")
            .Replace("crm.example.com", "127.0.0.1:9", StringComparison.Ordinal);
        _up = Shell.Start($"""
            {string.Join('\n', settings)}
            export Wingman__Webhooks__Receivers__0__AllowPrivateAddresses=true
            set -a
            {receiver}
            exec ./wingman up
            """);
        var said = _up.StandardOutput.ReadToEndAsync();
        await Eventually.IsTrueAsync("./wingman up is ready or has ended", async checking =>
        {
            if (_up.HasExited) return true;
            using var answer = await Http.GetAsync(new Uri($"{Address}/health/ready"), checking);
            return answer.IsSuccessStatusCode;
        });
        if (_up.HasExited) Assert.Fail(await said);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_up is not null)
        {
            _up.Kill(entireProcessTree: true);
            await _up.WaitForExitAsync();
            ProcessWatchdog.Forget(_up.Id);
            _up.Dispose();
        }

        Shell?.Dispose();
    }

    /// <summary>Schedules a session of a new match, and ends it as a no-show.</summary>
    internal async Task<(Guid Session, Guid User)> NewNoShowAsync()
    {
        var (match, user, buddy) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await CallAsync(HttpMethod.Put, $"/api/match/{match}", user, new { user1_id = user, user2_id = buddy, status = "accepted" });
        var body = new { match_id = match, venue_name = "Café", time = "2030-01-01T10:00:00Z" };
        var created = await CallAsync(HttpMethod.Post, "/api/session/create", user, body);
        var session = JsonSerializer.Deserialize<JsonElement>(created).GetProperty("session_id").GetGuid();
        await CallAsync(HttpMethod.Post, $"/demo/session/{session}/no-show", user, new { });
        return (session, user);
    }

    private async Task<string> CallAsync(HttpMethod method, string path, Guid user, object body)
    {
        using var request = new HttpRequestMessage(method, Address + path) { Content = JsonContent.Create(body) };
        request.Headers.Add("X-Test-User-ID", $"{user}");
        if (method == HttpMethod.Put) request.Headers.Add("X-Test-Role", "service_role");
        using var answer = await Http.SendAsync(request);
        var said = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {said}");
        return said;
    }

    [GeneratedRegex(@"^ *(?<name>\w+__\w+)=(?<value>\S+)$", RegexOptions.Multiline)]
    private static partial Regex Setting();

    [GeneratedRegex(@"wm_secret_\S+")]
    private static partial Regex Key();
}

/// <summary>The tests of the documents' commands share one host, and run alone, as all do that start processes.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class DocumentedCollection : ICollectionFixture<DocumentedFixture>
{
    public const string Name = "a documented host";
}
