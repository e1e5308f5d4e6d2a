using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Wingman.Api.Tests.Host;
using Wingman.Testing;

namespace Wingman.Api.Tests.Wire;

public sealed class HardeningTests() : StubbedApi(("Wingman:Api:MaxConnections", "7"))
{
    [Theory]
    [InlineData("/api/user/reputation/2b0f4a76-8a5e-4f63-8d0e-7f1d7a9b3c33", 200, true)]
    [InlineData("/api/user/reputation/nonsense", 422, true)]
    [InlineData("/api/nowhere", 404, true)]
    [InlineData("/openapi/v1.json", 200, false)]
    // Must not be stored: the nonce of its script is valid for one answer only.
    [InlineData("/docs/", 200, true)]
    public async Task Answer_TellsBrowsersAndCachesWhatNotToDo(string path, int status, bool noStore)
    {
        var answer = await GetAsync(path);

        Assert.Equal(status, answer.Status);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal(noStore, answer.Headers.CacheControl?.NoStore == true);
        Assert.Empty(answer.Headers.Server);
    }

    [Fact]
    public async Task Answer_ToAFailure_HasTheSameHeaders()
    {
        Grains.Reputation = _ => throw new InvalidOperationException("test");

        var answer = await GetAsync($"/api/user/reputation/{User}");

        Assert.Equal(500, answer.Status);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.True(answer.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task Page_MayLoadFromThisServerOnly_AndMayNotBeFramed()
    {
        var policy = Assert.Single((await GetAsync("/docs/")).Headers.GetValues("Content-Security-Policy"));

        Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
    }

    [Fact]
    public void Server_IsBoundedForSmallRequests()
    {
        var limits = Api.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits;

        Assert.Equal((7L, 32 * 1024L), (limits.MaxConcurrentConnections, limits.MaxRequestBodySize));
        Assert.True(limits.RequestHeadersTimeout <= TimeSpan.FromSeconds(10));
        Assert.True(limits.MinRequestBodyDataRate is { } rate && rate.GracePeriod <= TimeSpan.FromSeconds(5) && limits.MaxRequestBodySize / rate.BytesPerSecond <= 5);
    }

    [Fact]
    public async Task Body_ThatStopsArriving_Is408InTheApisShape()
    {
        var answer = await RawRequest.SendAsync(
            Api.Address, $"POST /api/session/confirm-completion HTTP/1.1\r\nHost: x\r\nX-Test-User-ID: {User}\r\nContent-Length: 60\r\n\r\n{{");

        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
        Assert.EndsWith(RefusalCodes.BodyOf("The request body arrived too slowly"), answer, StringComparison.Ordinal);
        Assert.Equal(0, Grains.Calls);
    }

    [Fact]
    public async Task Connection_BeyondTheLimit_IsClosed_AsLongAsTheOthersAreOpen()
    {
        var held = Enumerable.Range(0, 7).Select(_ => new TcpClient()).ToArray();
        try
        {
            foreach (var client in held) Assert.True(await IsServedAsync(client));

            using (var oneMore = new TcpClient()) Assert.False(await IsServedAsync(oneMore));

            held[0].Dispose();
            await Eventually.IsTrueAsync("there is room for another connection", async _ =>
            {
                using var next = new TcpClient();
                return await IsServedAsync(next);
            });
        }
        finally
        {
            foreach (var client in held) client.Dispose();
        }
    }

    private async Task<bool> IsServedAsync(TcpClient client)
    {
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        await client.ConnectAsync(Api.Address.Host, Api.Address.Port, deadline.Token);
        try
        {
            await client.GetStream().WriteAsync("GET /api/nowhere HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), deadline.Token);
            return await client.GetStream().ReadAsync(new byte[1], deadline.Token) > 0;
        }
        catch (IOException)
        {
            // The server has closed the connection without reading the request.
            return false;
        }
    }
}
