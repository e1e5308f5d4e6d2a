using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wingman.Api.Tests.Host;
using Wingman.Authentication;
using Wingman.Wire;

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
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["urls"] = "http://127.0.0.1:0", [trusted is null ? "unset" : "Wingman:Api:TrustedProxies:0"] = trusted });
        builder.Logging.ClearProviders();
        builder.AddFrontDoor();
        builder.AddCallers();
        builder.Services.AddSingleton(new StubGrains().Factory);
        await using var app = builder.Build();
        app.UseFrontDoor();
        app.MapGet("/seen", (HttpContext http) => $"{http.Connection.RemoteIpAddress} {http.Request.Scheme}").AllowAnonymous();
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First()) };
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
