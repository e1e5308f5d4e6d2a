namespace Wingman.SystemTests.Logs;

/// <summary>What a receiver of webhooks answers, and its address, are not repeated in the log: only its name, the event and the status.</summary>
[Collection(LoggedCollection.Name)]
public sealed class WebhookAnswerTests(LoggedFixture hosts)
{
    private const string End = "Content-Length: 0\r\nConnection: close\r\n\r\n";

    private static readonly Dictionary<string, (string Answer, string Shown)> Refusals = new()
    {
        ["reason in the status line"] = ($"HTTP/1.1 500 {Canary.Word}\u001b[2K{Canary.Secret}\r\n{End}", "answered 500"),
        ["line break in the status line"] = ($"HTTP/1.1 500 {Canary.Word}\r{Canary.Secret}\r\n{End}", "no valid answer"),
        ["body"] = ($"HTTP/1.1 500 Error\r\nConnection: close\r\n\r\n{Canary.Breaking}{Canary.Secret}", "answered 500"),
        ["header"] = ($"HTTP/1.1 500 Error\r\nX-{Canary.Word}: {Canary.Word}\u001b[2K{Canary.Secret}\r\n{End}", "answered 500"),
        ["redirect with escaped line breaks"] = ($"HTTP/1.1 302 Found\r\nLocation: /{Canary.InAddress}\r\n{End}", "answered 302: redirects are not followed"),
        ["redirect with a line break"] = ($"HTTP/1.1 302 Found\r\nLocation: /{Canary.Breaking}\r\n{End}", "no valid answer"),
        ["redirect to an address with a secret"] = ($"HTTP/1.1 307 Moved\r\nLocation: https://{Canary.Word}:{Canary.Secret}@localhost/\r\n{End}", "answered 307: redirects are not followed"),
        ["Retry-After"] = ($"HTTP/1.1 503 Busy\r\nRetry-After: {Canary.Word}\u001b[2K\r\n{End}", "answered 503"),
        ["no HTTP"] = ($"{Canary.Breaking}\r\n\r\n", "no valid answer"),
    };

    public static TheoryData<string, string> RefusedWebhooks => LoggedFixture.Each(LoggedFixture.Apis, Refusals.Keys);

    [Theory]
    [MemberData(nameof(RefusedWebhooks))]
    public async Task Answer_ThatRefusesAnEvent_IsNotRepeated(string host, string refusal)
    {
        var logged = hosts.Of(host);
        var (answer, shown) = Refusals[refusal];
        var session = await logged.InsertSessionAsync();

        var log = await logged.LogOfAsync(() => logged.WritesAsync("at attempt 1: ", async () =>
        {
            logged.Webhooks.Answer = answer;
            await logged.ExecuteAsync("insert into wingman.events (session_id, kind, at, host) values ($1, 'scheduled', now(), 'another')", session.Id);
        }));
        logged.Webhooks.Answer = RawServer.Success;

        log.AssertShows($"at attempt 1: {shown}");
        log.AssertIsSafe();
        log.AssertRepeatsNothing();
    }
}
