using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Wingman.Api.Tests.Host;
using Wingman.Authentication;

namespace Wingman.Api.Tests.Authentication;

/// <summary>An endpoint requires a signed-in caller unless it declares otherwise.</summary>
public sealed class FallbackTests : StubbedApi
{
    private static readonly string[] Public = ["/", "/health/ready", "/openapi/v1.json", "/page.css", "/page.js", "/stream.js"];

    [Fact]
    public async Task Endpoint_ThatSaysNothing_IsNotPublic()
    {
        await using var host = await FrontDoorHost.StartAsync(static app =>
        {
            app.MapGet("/plain", () => "secret");
            app.MapGet("/said", () => "public").AllowAnonymous();
        });
        var client = host.Client;

        var refused = await client.GetAsync(new Uri("/plain", UriKind.Relative));

        Assert.Equal(401, (int)refused.StatusCode);
        Assert.DoesNotContain("secret", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("public", await client.GetStringAsync(new Uri("/said", UriKind.Relative)));
        client.DefaultRequestHeaders.Add(TestHeaderHandler.UserHeader, User.ToString());
        Assert.Equal("secret", await client.GetStringAsync(new Uri("/plain", UriKind.Relative)));
    }

    [Fact]
    public void Endpoints_ThatArePublic_AreTheKnownOnes()
    {
        var routes = Api.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().ToArray();

        var open = routes.Where(route => route.Metadata.GetMetadata<IAllowAnonymous>() is not null).Select(route => route.RoutePattern.RawText!);
        Assert.Equal(Public, open.Where(route => !route.StartsWith("/docs", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        var api = routes.Where(route => route.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(api);
        Assert.All(api, route => Assert.NotNull(route.Metadata.GetMetadata<IAuthorizeData>()));
    }
}
