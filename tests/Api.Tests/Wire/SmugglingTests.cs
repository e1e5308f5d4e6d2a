using Wingman.Api.Tests.Host;
using Wingman.Testing;

namespace Wingman.Api.Tests.Wire;

/// <summary>A request that a proxy and this server could read differently is refused, and nothing after it on the connection is served.</summary>
public sealed class SmugglingTests : StubbedApi
{
    private const string Post = "POST /api/session/confirm-completion HTTP/1.1\r\nHost: x\r\n";
    private const string Hidden = "GET /api/user/reputation/2b0f4a76-8a5e-4f63-8d0e-7f1d7a9b3c33 HTTP/1.1\r\nHost: x\r\n\r\n";

    [Theory]
    [InlineData("a length beside chunks", Post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + Hidden)]
    [InlineData("chunks beside a length", Post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + Hidden)]
    [InlineData("two lengths", Post + "Content-Length: 0\r\nContent-Length: 90\r\n\r\n" + Hidden)]
    [InlineData("two lengths in one line", Post + "Content-Length: 0, 90\r\n\r\n" + Hidden)]
    [InlineData("a length that is no number", Post + "Content-Length: 0x0\r\n\r\n" + Hidden)]
    [InlineData("a folded line", Post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + Hidden)]
    [InlineData("a blank before the colon", Post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + Hidden)]
    [InlineData("an unknown coding", Post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + Hidden)]
    [InlineData("chunks that are not last", Post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + Hidden)]
    [InlineData("two hosts", "POST /api/session/confirm-completion HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n" + Hidden)]
    public async Task Request_ThatCouldBeReadAsTwo_IsRefused(string form, string request)
    {
        var answer = await RawRequest.SendAsync(Api.Address, request);

        Assert.True(answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal) || answer.StartsWith("HTTP/1.1 501", StringComparison.Ordinal), $"{form}: {answer}");
        Assert.True(answer.Split("HTTP/1.1 ").Length == 2, $"{form}: another request was answered behind it: {answer}");
        Assert.False(answer.StartsWith("HTTP/1.1 401", StringComparison.Ordinal), $"{form}: the request was taken: {answer}");
        Assert.Equal(0, Grains.Calls);
    }
}
