using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Wingman.Api.Tests.Host;
using Wingman.Testing;
using Wingman.Wire;

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
        Assert.Equal((7L, 32 * 1024L), (Limits.MaxConcurrentConnections, Limits.MaxRequestBodySize));
        Assert.True(Limits.RequestHeadersTimeout <= TimeSpan.FromSeconds(10));
        Assert.True(Limits.MinRequestBodyDataRate is { } rate && rate.GracePeriod <= TimeSpan.FromSeconds(5) && Limits.MaxRequestBodySize / rate.BytesPerSecond <= 5);
        Assert.NotNull(Limits.MinResponseDataRate);
    }

    // Otherwise it is sent again, and counts as open, for about a quarter of an hour.
    [Fact]
    public async Task Connection_WhoseClientHasVanished_IsGivenUpByLinuxAfterHalfAMinute()
    {
        if (!OperatingSystem.IsLinux()) return;
        var sockets = Api.Services.GetRequiredService<IOptions<SocketTransportOptions>>().Value;
        using var listener = sockets.CreateBoundListenSocket(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndPoint!);

        using var accepted = await listener.AcceptAsync();

        var milliseconds = new byte[sizeof(int)];
        accepted.GetRawSocketOption((int)ProtocolType.Tcp, FrontDoor.TcpUserTimeout, milliseconds);
        Assert.Equal(30_000, BitConverter.ToInt32(milliseconds));
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

    // Each byte arrives long before the limit, as from a client that wants to hold the connection: only all of them together take too long.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Headers_ThatTakeTooLong_EndTheConnection(bool areTrickling)
    {
        // Shorter than the service's, so that the test does not wait for that. The server reads the limit when a connection begins.
        Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(1);
        using var client = new TcpClient();
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        await client.ConnectAsync(Api.Address.Host, Api.Address.Port, deadline.Token);
        var stream = client.GetStream();
        await stream.WriteAsync("POST /api/session/confirm-completion HTTP/1.1\r\nHost: x\r\nX-Slow: "u8.ToArray(), deadline.Token);

        var ended = ReadToEndAsync(stream, deadline.Token);
        while (areTrickling && !ended.IsCompleted)
        {
            await WriteAsync(stream, "x"u8.ToArray(), deadline.Token);
            await Task.Delay(TimeSpan.FromMilliseconds(50), deadline.Token);
        }

        var answer = await ended;
        // A byte that arrives after the end resets the connection, and the answer may be lost with it.
        Assert.True(answer.StartsWith("HTTP/1.1 408", StringComparison.Ordinal) || (areTrickling && answer.Length == 0), answer);
        Assert.Equal(0, Grains.Calls);
    }

    [Fact]
    public async Task Answers_ThatAreNotRead_EndTheConnection()
    {
        // Kestrel's own rate is so low that what fits into the buffers on the way may take minutes.
        Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 10 * 1024 * 1024, gracePeriod: TimeSpan.FromSeconds(2));
        using var client = new TcpClient { ReceiveBufferSize = 4 * 1024 };
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        await client.ConnectAsync(Api.Address.Host, Api.Address.Port, deadline.Token);
        var stream = client.GetStream();
        byte[] request = "GET /openapi/v1.json HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray();

        // The server answers until the buffers are full of answers, and then waits for the client to read.
        var isOpen = true;
        while (isOpen) isOpen = await WriteAsync(stream, request, deadline.Token);

        Assert.Equal(200, (await GetAsync("/openapi/v1.json")).Status);
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

    private KestrelServerLimits Limits => Api.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits;

    // False if the server has ended the connection.
    private static async Task<bool> WriteAsync(NetworkStream stream, byte[] bytes, CancellationToken cancellation)
    {
        try
        {
            await stream.WriteAsync(bytes, cancellation);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task<string> ReadToEndAsync(NetworkStream stream, CancellationToken cancellation)
    {
        try
        {
            using var reader = new StreamReader(stream, leaveOpen: true);
            return await reader.ReadToEndAsync(cancellation);
        }
        catch (IOException)
        {
            return "";
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
