using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Wingman.Api.Tests.Host;

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
        Assert.True(limits.MinRequestBodyDataRate is { BytesPerSecond: >= 1024 } rate && rate.GracePeriod <= TimeSpan.FromSeconds(5));
    }
}
