using System.Text.Json;
using Wingman.Testing;

namespace Wingman.SystemTests.Logs;

/// <summary>What callers of the API send is not repeated in the log.</summary>
[Collection(LoggedCollection.Name)]
public sealed class RequestTests(LoggedFixture hosts)
{
    private const string Confirm = "POST /api/session/confirm-completion HTTP/1.1";
    private const string Signed = "Authorization: Bearer TOKEN";

    // A line break would end the header, so it has other control characters.
    private const string InHeader = $"{Canary.Word}\u001b[2K\u0085{Canary.Secret}";

    private static readonly string Json = JsonSerializer.Serialize(Canary.Breaking + Canary.Secret);

    /// <summary>Requests by what is wrong with them. TOKEN stands for a valid token.</summary>
    private static readonly Dictionary<string, string> Refused = new()
    {
        ["path"] = Request($"GET /api/session/{Canary.InAddress} HTTP/1.1", Signed),
        ["path of no endpoint"] = Request($"GET /{Canary.InAddress} HTTP/1.1", Signed),
        ["query"] = Request($"GET /api/user/reputation/{Guid.Empty}/history?cursor={Canary.InAddress} HTTP/1.1", Signed),
        ["line break in the path"] = Request($"GET /api/session/{Canary.Breaking} HTTP/1.1", Signed),
        ["method"] = Request($"{Canary.Word} /api/session/{Guid.Empty} HTTP/1.1", Signed),
        ["token with control characters"] = Request(Confirm, $"{Signed}{InHeader}"),
        ["token that is none"] = Request(Confirm, $"Authorization: Bearer {Canary.Secret}.{Canary.Word}.{Canary.Word}"),
        ["another scheme"] = Request(Confirm, $"Authorization: {InHeader}"),
        ["service key"] = Request(Confirm, $"apikey: {InHeader}"),
        ["test user"] = Request(Confirm, $"X-Test-User-ID: {InHeader}"),
        ["test role"] = Request(Confirm, $"X-Test-User-ID: {Guid.NewGuid()}\r\nX-Test-Role: {InHeader}"),
        ["header that begins a line of its own"] = Request(Confirm, $"{Signed}\r\n {InHeader}"),
        ["name of a header"] = Request(Confirm, $"X-{Canary.Word}-{Canary.Secret}: {InHeader}"),
        ["body"] = Request(Confirm, Signed, $$"""{"session_id":{{Json}}}"""),
        ["name of a property"] = Request(Confirm, Signed, $$"""{{{Json}}:tru"""),
        ["content type"] = Request(Confirm, $"{Signed}\r\nContent-Type: {InHeader}", "{}"),
    };

    public static TheoryData<string, string> RefusedRequests => LoggedFixture.Each(LoggedFixture.Apis, Refused.Keys);

    public static TheoryData<string> Apis => [.. LoggedFixture.Apis];

    [Theory]
    [MemberData(nameof(RefusedRequests))]
    public async Task RefusedRequest_IsNotRepeated(string host, string request)
    {
        var logged = hosts.Of(host);
        var answer = "";

        var log = await logged.LogOfAsync(async () =>
            answer = await RawRequest.SendAsync(logged.Address, Refused[request].Replace("TOKEN", logged.ServiceToken, StringComparison.Ordinal)));

        Assert.StartsWith("HTTP/1.1 4", answer, StringComparison.Ordinal);
        log.AssertIsSafe();
        log.AssertRepeatsNothing();
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task ServiceKey_ThatSignsIn_IsLoggedByItsName(string host)
    {
        var logged = hosts.Of(host);
        var answer = "";

        var log = await logged.LogOfAsync(async () => answer = await RawRequest.SendAsync(
            logged.Address, Request($"GET /api/user/reputation/{Guid.NewGuid()} HTTP/1.1", $"apikey: {LoggedHost.ServiceKey}")));

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        log.AssertShows($"The service key {LoggedHost.KeyName} signed in");
        log.AssertIsSafe();
    }

    private static string Request(string line, string header, string? body = null) =>
        $"{line}\r\nHost: localhost\r\nConnection: close\r\n{header}\r\nContent-Length: {body?.Length ?? 0}\r\n\r\n{body}";
}
