using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Npgsql;
using Wingman.Testing;

namespace Wingman.Api.Tests.Telemetry;

/// <summary>How tests set up a host that makes spans, what they request of it, and which of the spans is which.</summary>
internal static class TracedRequests
{
    /// <summary>What the users' tokens are signed with.</summary>
    public const string Secret = "a shared secret of more than thirty-two bytes";

    /// <summary>The command line of a host on this database that trusts these tokens.</summary>
    public static string[] Arguments(string database, TestTokens tokens, params (string Name, string Value)[] others)
    {
        var settings = new Dictionary<string, string>
        {
            ["environment"] = "Production",
            ["urls"] = $"http://127.0.0.1:{FreePorts.Next()}",
            ["ConnectionStrings:Wingman"] = database,
            ["Wingman:Operations:Url"] = $"http://127.0.0.1:{FreePorts.Next()}",
            ["Wingman:Operations:ShutdownDelay"] = "00:00:00",
            ["Orleans:Endpoints:SiloPort"] = FreePorts.Next().ToString(CultureInfo.InvariantCulture),
            ["Orleans:Endpoints:GatewayPort"] = FreePorts.Next().ToString(CultureInfo.InvariantCulture),
            ["Authentication:SharedSecret"] = Secret,
            ["Authentication:Issuer"] = tokens.Issuer,
            ["Authentication:Audience"] = tokens.Audience,
            // Nothing listens at this address. The test reads the spans with a processor of its own.
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1",
        };
        foreach (var (name, value) in others) settings[name] = value;
        return [.. settings.Select(static setting => $"--{setting.Key}={setting.Value}")];
    }

    /// <summary>Confirms a session.</summary>
    /// <returns>The status of the answer.</returns>
    public static async Task<int> ConfirmAsync(HttpClient http, TestTokens tokens, Guid session, Guid user, string? parent = null)
    {
        using var confirm = new HttpRequestMessage(HttpMethod.Post, "/api/session/confirm-completion");
        confirm.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tokens.ForUser(user));
        if (parent is not null) confirm.Headers.Add("traceparent", parent);
        confirm.Content = new StringContent($$"""{"session_id":"{{session}}"}""", Encoding.UTF8, "application/json");
        using var answer = await http.SendAsync(confirm);
        return (int)answer.StatusCode;
    }

    /// <summary>Inserts a scheduled session.</summary>
    /// <returns>It, and one of its users.</returns>
    public static async Task<(Guid Session, Guid User)> InsertSessionAsync(string database)
    {
        var (match, session, user) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await using var source = NpgsqlDataSource.Create(database);
        await using var insert = source.CreateCommand("""
            with m as (insert into wingman_matches (id, user1_id, user2_id, status) values ($1, $3, gen_random_uuid(), 'accepted') returning id)
            insert into wingman_sessions (id, match_id, venue_name, scheduled_time, status) select $2, id, 'Cafe', now() + interval '1 day', 'scheduled' from m
            """);
        foreach (var id in new[] { match, session, user }) insert.Parameters.AddWithValue(id);
        await insert.ExecuteNonQueryAsync();
        return (session, user);
    }

    public static bool IsCall(Activity span) => span.Source.Name == CallTrace.SourceName;

    public static bool IsStatement(Activity span) => span.Source.Name == "Wingman.Storage";

    public static bool IsWrite(Activity span) => IsStatement(span) && span.DisplayName == "writes of sessions";

    public static bool IsRequest(Activity span) => span is { Source.Name: "Wingman.Requests", Kind: ActivityKind.Server };
}
