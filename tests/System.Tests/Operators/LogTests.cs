using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;
using Wingman.Testing.History;

namespace Wingman.SystemTests.Operators;

/// <summary>Outside Development every line of a host's output is one JSON object, and none repeats what callers sent.</summary>
[Collection(OperatedCollection.Name)]
public sealed class LogTests(OperatedFixture cluster)
{
    /// <summary>A text in every request. No log may contain it.</summary>
    private const string Canary = "c4n4ry";

    private const string Broken = $"{Canary}\r\n{{\"forged\":\"{Canary}\"}}\r{Canary}\n";

    [Fact]
    public async Task Changes_AreOneLineEach_WithTheirIds()
    {
        var session = await cluster.Cluster.NewSessionAsync();
        await cluster.Cluster.ConfirmAsync(session, Participant.User1);
        await cluster.Cluster.ConfirmAsync(session, Participant.User2);

        await Assert.AllAsync(["scheduled for", "confirmed by", "completed by"], async change =>
        {
            var line = await Eventually.BecomesAsync(
                $"a line says '{change}'",
                _ => Task.FromResult(Lines().Where(line => Says(line, session.Id.ToString(), change)).ToList()),
                static lines => lines.Count == 1);
            Assert.Equal(session.Id.ToString(), line[0].GetProperty("State").GetProperty("Session").GetString());
        });
    }

    [Theory]
    [InlineData("cancel", "00", "after its cancellation by")]
    [InlineData("cancel", "01", "after its cancellation by")]
    [InlineData("confirm-completion", "01", "confirmed by")]
    public async Task Change_ThatACallerMakes_HasTheTracesId(string change, string traceFlags, string says)
    {
        var session = await cluster.Cluster.NewSessionAsync();
        var trace = ActivityTraceId.CreateRandom().ToString();
        using var http = new HttpClient(new DocumentedHandler(new SocketsHttpHandler())) { BaseAddress = cluster.Host(OperatedFixture.Tracing).Address };
        var path = change == "cancel" ? $"/api/session/{session.Id}/cancel" : "/api/session/confirm-completion";
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Headers = { { "traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-{traceFlags}" } } };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", cluster.Cluster.Tokens.ForUser(session.Pair.User1));
        if (change != "cancel") request.Content = JsonContent.Create(new { session_id = session.Id });

        using var answer = await http.SendAsync(request);

        Assert.Equal(200, (int)answer.StatusCode);
        var lines = await Eventually.BecomesAsync(
            $"a line says '{says}'",
            _ => Task.FromResult(Lines().Where(line => Says(line, session.Id.ToString(), says)).ToList()),
            static lines => lines.Count == 1);
        Assert.Contains(
            lines[0].GetProperty("Scopes").EnumerateArray(),
            scope => scope.ValueKind == JsonValueKind.Object && scope.TryGetProperty("TraceId", out var id) && id.GetString() == trace);
    }

    [Fact]
    public async Task WhateverCallersSend_NoLineIsBrokenByIt_AndNoneRepeatsIt()
    {
        foreach (var name in OperatedFixture.HostNames)
        {
            var host = cluster.Host(name);
            foreach (var address in name == "silo" ? [host.Operations] : new[] { host.Address, host.Operations }) await SendEverythingAsync(address, isUsers: address == host.Address);
        }

        var marker = await cluster.Cluster.NewSessionAsync();
        await Eventually.BecomesAsync(
            "the log has what came after", _ => Task.FromResult(Lines().Any(line => Says(line, marker.Id.ToString(), "scheduled for"))), static isThere => isThere);

        Assert.All(OperatedFixture.HostNames, name =>
        {
            var log = cluster.LogOf(name);
            Assert.DoesNotContain(Canary, log, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(OperatedFixture.Secret, log, StringComparison.Ordinal);
            Assert.DoesNotContain(TestCluster.Secret, log, StringComparison.Ordinal);
            Assert.DoesNotContain("Password", log, StringComparison.OrdinalIgnoreCase);
        });
    }

    private async Task SendEverythingAsync(Uri address, bool isUsers)
    {
        var sockets = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        using var http = new HttpClient(isUsers ? new DocumentedHandler(sockets) : sockets) { BaseAddress = address };
        var user = cluster.Cluster.Tokens.ForUser(Guid.NewGuid());
        var escaped = Uri.EscapeDataString(Broken);
        var json = JsonSerializer.Serialize(Broken);
        string[] paths =
        [
            $"/{escaped}", $"/api/session/{escaped}", $"/api/session/{escaped}/events", $"/api/match/{escaped}", $"/api/user/reputation/{escaped}", $"/docs?{escaped}",
            $"/sign-in?return={escaped}", $"/dashboard/GrainStats/{escaped}", $"/dashboard/GrainState?grainId={escaped}&grainType={escaped}", $"/api/session/create?{escaped}={escaped}",
        ];
        string[] bodies =
        [
            json, "{", $$"""{"session_id":{{json}}}""", $$"""{"match_id":{{json}},"venue_name":{{json}},"time":{{json}}}""", $$"""{"notes":{{json}}}""",
            $$"""{"user1_id":{{json}},"user2_id":{{json}},"status":{{json}}}""", $"name={escaped}&secret={escaped}&return={escaped}",
        ];
        (string Name, string Value)[] headers =
        [
            ("Authorization", $"Bearer {user}{Canary}"), ("Authorization", $"Bearer {Canary}.{Canary}.{Canary}"), ("Authorization", $"Basic {Canary}"), ("apikey", $"wm_secret_{Canary}"),
            ("X-Test-User-ID", Canary), ("Cookie", $"wingman-operator-{address.Port}={Canary}; wingman-form-{address.Port}={Canary}"), ("traceparent", $"00-{Canary}-{Canary}-01"),
            ("tracestate", $"a={Canary}"), ("baggage", $"a={Canary}"), ("Origin", $"https://{Canary}.test"), ("X-Forwarded-For", Canary), ("Accept", $"text/html,{Canary}"),
            ("User-Agent", Canary), ("Last-Event-ID", Canary), ("Host", $"{Canary}.test"), ("X-Request-ID", Canary), ("Content-Type", Canary),
        ];

        foreach (var path in paths)
        {
            foreach (var method in new[] { "GET", "POST", "PUT", "PATCH", Canary }) await SendAsync(method, path, json, ("Authorization", $"Bearer {user}"), "application/json");
        }

        foreach (var path in new[] { "/api/session/confirm-completion", "/api/session/create", $"/api/match/{Guid.NewGuid()}", $"/api/session/{Guid.NewGuid()}/notes", "/sign-in", "/sign-out" })
        {
            foreach (var body in bodies)
            {
                foreach (var (method, type) in new[] { ("POST", "application/json"), ("PUT", "application/json"), ("PATCH", "application/json"), ("POST", "application/x-www-form-urlencoded") })
                    await SendAsync(method, path, body, ("Authorization", $"Bearer {cluster.Cluster.Tokens.ForService()}"), type);
            }

            foreach (var header in headers) await SendAsync("POST", path, "{}", header, header.Name == "Content-Type" ? header.Value : "application/json");
        }

        // Requests that a correct client would not send.
        await SendRawAsync(address, $"GET /{Broken} HTTP/1.1\r\nHost: a\r\n\r\n");
        await SendRawAsync(address, $"GET / HTTP/1.1\r\nHost: a\r\nX-{Canary}: {Broken}\r\n folded {Canary}\r\n\r\n");
        await SendRawAsync(address, $"{Canary}\0{Canary}\r\n\r\n");
        await SendRawAsync(address, $"POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: {Canary}\r\n\r\n");

        async Task SendAsync(string method, string path, string body, (string Name, string Value) header, string type)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, path));
            if (method != "GET")
            {
                request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
                request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            }

            request.Headers.TryAddWithoutValidation(header.Name, header.Value);
            using var answer = await http.SendAsync(request);
            Assert.False((int)answer.StatusCode == 500, $"{method} {path} {body} {header}: 500");
        }
    }

    private static async Task SendRawAsync(Uri address, string text)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text));
        client.Client.Shutdown(SocketShutdown.Send);
        try
        {
            await stream.CopyToAsync(Stream.Null);
        }
        catch (IOException)
        {
            // The host refused the request by closing the connection, which is an answer too.
        }
    }

    /// <summary>Every line of every host. Fails where one is no JSON object.</summary>
    private List<JsonElement> Lines() =>
        [.. OperatedFixture.HostNames.SelectMany(name => cluster.LogOf(name).Split('\n', StringSplitOptions.RemoveEmptyEntries)).Select(static line => JsonSerializer.Deserialize<JsonElement>(line))];

    private static bool Says(JsonElement line, params ReadOnlySpan<string> texts)
    {
        var message = line.GetProperty("Message").GetString()!;
        foreach (var text in texts)
        {
            if (!message.Contains(text, StringComparison.Ordinal)) return false;
        }

        return true;
    }
}
