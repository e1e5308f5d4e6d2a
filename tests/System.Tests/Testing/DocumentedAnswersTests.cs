using System.Text;
using Wingman.SystemTests.Clusters;
using Wingman.SystemTests.Logs;
using Wingman.SystemTests.Repository;
using Wingman.Testing;

namespace Wingman.SystemTests.Testing;

/// <summary>An answer that the description of the API does not have fails the test that made the request.</summary>
public sealed class DocumentedAnswersTests
{
    private const string NotFound = """{"detail":"Session not found"}""";

    private static readonly string Session = $"/api/session/{Guid.NewGuid()}";
    private static readonly string Request = $"GET {Session} HTTP/1.1\r\nHost: invented\r\n\r\n";

    /// <summary>The text of an answer. It closes its connection, since the server has one at a time.</summary>
    internal static string Answer(int status, string body, string contentType = "application/json") =>
        $"HTTP/1.1 {status} Invented\r\nContent-Type: {contentType}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}";

    [Fact]
    public async Task AnswerAsDescribed_Passes()
    {
        await using var server = new RawServer { Answer = Answer(404, NotFound) };
        await using var cluster = ClusterAt(server);
        using var http = Client(server);

        using var answer = await http.GetAsync(Session);

        Assert.Equal(NotFound, await answer.Content.ReadAsStringAsync());
        Assert.Equal(404, (await cluster.GetAsync(Session, Guid.NewGuid())).Status);
        Assert.EndsWith(NotFound, await RawRequest.SendAsync(server.Address, Request), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(418, NotFound, "application/json")]
    [InlineData(404, """{"error":"Session not found"}""", "application/json")]
    [InlineData(404, "", "application/json")]
    [InlineData(404, NotFound, "text/plain")]
    [InlineData(200, "", "text/event-stream")]
    public async Task InventedAnswer_FailsTheRequest_AndIsNotWaitedOut(int status, string body, string contentType)
    {
        await using var server = new RawServer { Answer = Answer(status, body, contentType) };
        await using var cluster = ClusterAt(server);
        using var http = Client(server);

        var failure = await Assert.ThrowsAsync<UndocumentedAnswerException>(() => http.GetAsync(Session));
        var inCluster = await Assert.ThrowsAsync<UndocumentedAnswerException>(() => cluster.GetAsync(Session, Guid.NewGuid()));
        var onASocket = await Assert.ThrowsAsync<UndocumentedAnswerException>(() => RawRequest.SendAsync(server.Address, Request));

        Assert.Contains("GET /api/session/{session_id} ", failure.Message, StringComparison.Ordinal);
        Assert.Equal(failure.Message, inCluster.Message);
        Assert.Equal(failure.Message, onASocket.Message);
    }

    [Fact]
    public async Task RefusalOfTheServerItself_WithoutABody_Passes()
    {
        await using var server = new RawServer { Answer = Answer(400, "") };

        Assert.StartsWith("HTTP/1.1 400", await RawRequest.SendAsync(server.Address, Request), StringComparison.Ordinal);
    }

    [Fact]
    public async Task InventedRefusalOfAStream_FailsTheRequest()
    {
        await using var server = new RawServer { Answer = Answer(418, NotFound) };

        await Assert.ThrowsAsync<UndocumentedAnswerException>(() => LiveClient.OpenAsync(server.Address, Guid.NewGuid(), token: null));
    }

    [Theory]
    [InlineData("""{"at":"2030-01-01T18:00:00Z"}""", true)]
    [InlineData("""{"session":{}}""", false)]
    [InlineData("""{"reason":"invented"}""", false)]
    public async Task EventOfAStream_MustBeAsDescribed(string data, bool isDescribed)
    {
        await using var server = new RawServer { Answer = Answer(200, $"event: invented\ndata: {data}\n\n", "text/event-stream") };
        var client = await LiveClient.OpenAsync(server.Address, Guid.NewGuid(), token: null);

        if (isDescribed)
        {
            Assert.Equal("invented", (await client.NextAsync()).Name);
            await client.DisposeAsync();
            return;
        }

        await Assert.ThrowsAsync<UndocumentedAnswerException>(client.EndAsync);
        var failure = await Assert.ThrowsAsync<UndocumentedAnswerException>(async () => await client.DisposeAsync());
        Assert.StartsWith("The event 'invented'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InventedAnswerToCurl_FailsTheScript()
    {
        await using var server = new RawServer { Answer = Answer(202, "{}") };
        using var shell = await DocumentedShell.CreateAsync(new Dictionary<string, string>());

        var failure = await Assert.ThrowsAsync<UndocumentedAnswerException>(() => shell.RunAsync($"curl {server.Address}api/caller"));

        Assert.StartsWith("GET /api/caller answered 202", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PathThatIsNotDescribed_MayAnswerAnything()
    {
        await using var server = new RawServer { Answer = Answer(418, "short and stout", "text/plain") };
        using var http = Client(server);

        using var health = await http.GetAsync("/health/ready");

        Assert.Equal(418, (int)health.StatusCode);
    }

    private static HttpClient Client(RawServer server) => new(new DocumentedHandler(new SocketsHttpHandler())) { BaseAddress = server.Address };

    /// <summary>A cluster whose only host was never started: the server is in its place.</summary>
    private static TestCluster ClusterAt(RawServer server)
    {
        var cluster = new TestCluster("");
        var settings = ServiceSettings.ForCluster(HostKind.Api, "invented", "", TestCluster.Secret, cluster.Tokens);
        cluster.Add(settings with { Ports = settings.Ports with { Http = server.Address.Port } });
        return cluster;
    }
}
