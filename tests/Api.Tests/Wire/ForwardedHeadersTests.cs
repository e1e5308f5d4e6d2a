using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Wingman.Api.Tests.Host;

namespace Wingman.Api.Tests.Wire;

/// <summary>A header with the caller's address is accepted only from a configured proxy.</summary>
public sealed class ForwardedHeadersTests
{
    [Theory]
    [InlineData(null, "127.0.0.1 http")]
    [InlineData("10.0.0.1", "127.0.0.1 http")]
    [InlineData("127.0.0.1", "192.0.2.7 https")]
    [InlineData("127.0.0.0/8", "192.0.2.7 https")]
    public async Task Address_IsTheConnections_UnlessAConfiguredProxySaysOtherwise(string? trusted, string seen)
    {
        (string, string)[] settings = trusted is null ? [] : [("Wingman:Api:TrustedProxies:0", trusted)];
        await using var host = await FrontDoorHost.StartAsync(
            static app => app.MapGet("/seen", (HttpContext http) => $"{http.Connection.RemoteIpAddress} {http.Request.Scheme}").AllowAnonymous(), settings);
        var client = host.Client;
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "192.0.2.7");
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");

        Assert.Equal(seen, await client.GetStringAsync(new Uri("/seen", UriKind.Relative)));
    }

    [Fact]
    public async Task Start_WithAProxyThatIsNoAddress_IsRefusedNamingTheSetting()
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(
            () => ApiHost.StartAsync(new StubGrains(), "Development", ("Wingman:Api:TrustedProxies:0", "proxy.example.com")));

        Assert.Contains("Wingman:Api:TrustedProxies", refused.Message, StringComparison.Ordinal);
    }
}
