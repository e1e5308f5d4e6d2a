using Wingman.Api.Tests.Host;

namespace Wingman.Api.Tests.Wire;

/// <summary>A browser lets pages of the configured origins call the API, and no others.</summary>
public sealed class CorsTests() : StubbedApi(("Wingman:Api:CorsOrigins:0", "https://app.example.com"), ("Wingman:Api:AnonymousReputations", "true"))
{
    [Theory]
    [InlineData("https://app.example.com", "https://app.example.com")]
    [InlineData("https://evil.example.com", null)]
    public async Task Preflight_IsGrantedToConfiguredOriginsOnly(string origin, string? allowed)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/session/confirm-completion");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");

        var answer = await Api.SendAsync(request);

        Assert.Equal(allowed, answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? Assert.Single(values) : null);
    }

    [Fact]
    public async Task Refusal_IsReadableByTheOrigin()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/session/{Guid.NewGuid()}");
        request.Headers.Add("Origin", "https://app.example.com");

        var answer = await Api.SendAsync(request);

        Assert.Equal(401, answer.Status);
        Assert.Equal("https://app.example.com", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
    }

    [Fact]
    public async Task Reputation_WhereItIsOpenToAll_NeedsNoCaller_AndMindsNoHeaderThatIsNoUser()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/user/reputation/{Guid.NewGuid()}?use_cache=false");
        request.Headers.Add("X-Test-User-ID", "test-user-123");

        Assert.Equal(200, (await Api.SendAsync(request)).Status);
    }
}
