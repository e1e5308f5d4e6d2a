using System.Text.Json;
using Wingman.SystemTests.Operators;
using Wingman.Testing;

namespace Wingman.SystemTests.Logs;

/// <summary>What is sent to the operators' endpoints is not repeated in the log, but for the names of operators.</summary>
[Collection(LoggedCollection.Name)]
public sealed class OperatorsInputTests(LoggedFixture hosts)
{
    private static readonly string Json = JsonSerializer.Serialize(Canary.Breaking + Canary.Secret);

    /// <summary>Requests of an operator who has signed in; without a body they read.</summary>
    private static readonly Dictionary<string, (string Path, string? Body)> Refused = new()
    {
        ["id of a session to explain"] = ($"/support/session/{Canary.InAddress}", null),
        ["id of a user to explain"] = ($"/support/user/{Canary.InAddress}", null),
        ["id of a session to repair"] = ($"/support/repair/session/{Canary.InAddress}/cancel", """{"reason":"a reason"}"""),
        ["reason of a repair"] = ($"/support/repair/session/{Guid.NewGuid()}/cancel", $$"""{"reason":{{Json}}}"""),
        ["reason of an erasure"] = ($"/support/repair/user/{Guid.NewGuid()}/erase", $$"""{"reason":{{Json}}}"""),
        ["user to excuse"] = ($"/support/repair/session/{Guid.NewGuid()}/undo-no-show", $$"""{"reason":"a reason","user":{{Json}}}"""),
        ["body that ends early"] = ($"/support/repair/session/{Guid.NewGuid()}/complete", $$"""{"reason":{{Json}}"""),
        ["name of a property in a broken body"] = ($"/support/repair/session/{Guid.NewGuid()}/complete", $$"""{{{Json}}:tru"""),
    };

    public static TheoryData<string, string> RefusedRequests => LoggedFixture.Each(LoggedFixture.All, Refused.Keys);

    public static TheoryData<string> All => [.. LoggedFixture.All];

    [Theory]
    [MemberData(nameof(RefusedRequests))]
    public async Task RefusedRequest_IsNotRepeated(string host, string request)
    {
        var logged = hosts.Of(host);
        var client = await logged.SignedInAsync();
        var (path, body) = Refused[request];
        (string, string)[] keys = [("apikey", $"wm_secret_{Canary.Secret}"), ("Authorization", $"Bearer {OperatedFixture.Secret}")];
        OperatorAnswer? answer = null;

        var log = await logged.LogOfAsync(async () => answer = body is null ? await client.FetchAsync(path, keys) : await client.PostJsonAsync(path, body, keys));

        Assert.InRange(answer!.Status, 400, 499);
        log.AssertIsSafe();
        log.AssertRepeatsNothing();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task SignIn_AsSomebodyUnknown_IsLoggedWithoutTheName(string host)
    {
        var logged = hosts.Of(host);
        using var stranger = logged.Stranger();

        var log = await logged.LogOfAsync(() => stranger.SignInAsync(Canary.Breaking, Canary.Secret));

        log.AssertShows("A sign-in as nobody known from 127.0.0.1 was refused");
        log.AssertIsSafe();
        log.AssertRepeatsNothing();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task SignIn_WithAWrongSecret_IsLoggedWithTheNameOnly(string host)
    {
        var logged = hosts.Of(host);
        using var stranger = logged.Stranger();

        var log = await logged.LogOfAsync(() => stranger.SignInAsync(LoggedHost.Operator, Canary.Breaking + Canary.Secret));

        log.AssertShows($"A sign-in as {LoggedHost.Operator} from 127.0.0.1 was refused");
        log.AssertIsSafe();
        log.AssertRepeatsNothing();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Repair_FromTheCommandLine_IsLoggedWithTheNameEscaped_AndWithoutTheReason(string host)
    {
        var logged = hosts.Of(host);
        var session = await logged.InsertSessionAsync();
        string[] repair = ["repair", "cancel", "session", $"{session.Id}", "--operator", $"{Canary.Word}\u2028{Canary.Word}", "--reason", Canary.Secret];
        CommandResult? done = null;

        var log = await logged.LogOfAsync(async () => done = await WingmanCommand.RunAsync(logged.ConnectionString, repair));

        Assert.True(done is { ExitCode: 0 }, $"{done}");
        log.AssertShows($@"Session {session.Id} is Cancelled after the repair Cancel by the operator {Canary.Word}\u2028{Canary.Word}");
        log.AssertIsSafe();
    }
}
