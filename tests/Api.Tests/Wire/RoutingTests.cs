using System.Net.Sockets;
using System.Text;
using Wingman.Api.Tests.Host;
using Wingman.Testing;

namespace Wingman.Api.Tests.Wire;

/// <summary>A request that no endpoint takes is refused in the API's own shape.</summary>
public sealed class RoutingTests : StubbedApi
{
    [Theory]
    [InlineData("/page.html")]
    [InlineData("/api")]
    [InlineData("/api/session")]
    [InlineData("/api/session/x/y/z")]
    [InlineData("/favicon.ico")]
    public async Task Route_ThatIsUnknown_Is404(string path) => AssertDetail(404, "Not Found", await GetAsync(path));

    [Theory]
    [InlineData("GET", "/api/session/confirm-completion/", 422)]
    [InlineData("DELETE", "/api/session/confirm-completion", 405)]
    [InlineData("PATCH", "/api/match/0d6c8f0a-3f0e-4f57-9b70-5f0e6a1c7d22", 405)]
    [InlineData("POST", "/api/user/reputation/x", 405)]
    public async Task Method_ThatIsWrong_Is405WithTheRightOnes(string method, string path, int status)
    {
        var answer = await Api.SendAsync(new HttpMethod(method), path, user: User);

        Assert.Equal(status, answer.Status);
        if (status != 405) return;
        AssertDetail(405, "Method Not Allowed", answer);
        Assert.NotEmpty(answer.ContentHeaders.Allow);
        Assert.DoesNotContain(method, answer.ContentHeaders.Allow);
    }

    [Fact]
    public async Task Options_NamesTheMethods()
    {
        var answer = await Api.SendAsync(HttpMethod.Options, $"/api/user/reputation/{User}");

        Assert.Equal((204, ""), (answer.Status, answer.Body));
        Assert.Equal(["GET", "HEAD"], answer.ContentHeaders.Allow.Order());
    }

    [Fact]
    public async Task Head_IsGetWithoutTheBody()
    {
        var path = $"/api/user/reputation/{User}";
        var get = await GetAsync(path);

        var head = await Api.SendAsync(HttpMethod.Head, path, user: User);

        Assert.Equal((200, "", get.ContentHeaders.ContentLength), (head.Status, head.Body, head.ContentHeaders.ContentLength));
    }

    [Theory]
    [InlineData("POST /api/session/confirm-completion HTTP/1.1\r\nHost: x\r\nContent-Length: no\r\n\r\n", "400")]
    [InlineData("GET / HTTP/9.9\r\nHost: x\r\n\r\n", "505")]
    [InlineData("nonsense\r\n\r\n", "400")]
    public async Task Request_ThatIsNoHttp_IsRefused(string request, string status) =>
        Assert.StartsWith($"HTTP/1.1 {status}", await RawRequest.SendAsync(Api.Address, request), StringComparison.Ordinal);

    [Fact]
    public async Task Body_WithABrokenChunk_Is400InTheApisShape()
    {
        var answer = await RawRequest.SendAsync(
            Api.Address,
            $"POST /api/session/confirm-completion HTTP/1.1\r\nHost: x\r\nX-Test-User-ID: {User}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");

        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.EndsWith(RefusalCodes.BodyOf("Bad Request"), answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Caller_WhoHangsUpInTheMiddle_LeavesNothingBehind()
    {
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(Api.Address.Host, Api.Address.Port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                $"POST /api/session/confirm-completion HTTP/1.1\r\nHost: x\r\nX-Test-User-ID: {User}\r\nContent-Length: 60\r\n\r\n{{"));
        }

        await Eventually.IsTrueAsync("the service answers others", async _ => (await GetAsync($"/api/user/reputation/{User}")).Status == 200);
        Assert.Equal(1, Grains.Calls);
    }
}
