using System.Text.RegularExpressions;
using Wingman.Api.Tests.Host;

namespace Wingman.Api.Tests.Demo;

/// <summary>The page that shows a session as two phones exists in Development only.</summary>
public sealed class DemoPageTests : StubbedApi
{
    public static TheoryData<string, string> Files => new()
    {
        { "/", "text/html" },
        { "/page.css", "text/css" },
        { "/page.js", "text/javascript" },
        { "/stream.js", "text/javascript" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public async Task File_InDevelopment_IsServedToAnyone_AndMayLoadOnlyItsOwn(string path, string type)
    {
        var answer = await Api.SendAsync(HttpMethod.Get, path);

        Assert.Equal((200, type), (answer.Status, answer.ContentHeaders.ContentType?.MediaType));
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy")).Split("; ");
        Assert.Superset(
            new HashSet<string>(["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"]),
            policy.ToHashSet());
        Assert.DoesNotContain("unsafe", string.Join(' ', policy), StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.DoesNotMatch(@"https?://|['""]//|innerHTML|\sstyle=|\son\w+=", answer.Body);
    }

    [Fact]
    public async Task Page_RefersOnlyToWhatIsServed()
    {
        var page = await Api.SendAsync(HttpMethod.Get, "/");

        var links = Regex.Matches(page.Body, @"(?:href|src)=""(/[^""]*)""").Select(link => link.Groups[1].Value).ToArray();
        Assert.Equal(["/page.css", "/page.js", "/docs"], links);
        await Assert.AllAsync(links, async link => Assert.Equal(200, (await Api.SendAsync(HttpMethod.Get, link)).Status));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task File_OutsideDevelopment_IsAnUnknownRoute(string path, string type)
    {
        await using var api = await ApiHost.StartAsync(
            Grains, "Production", ("Authentication:SharedSecret", "a shared secret of more than thirty-two bytes"), ("Authentication:Issuer", "issuer"));

        var answer = await api.SendAsync(HttpMethod.Get, path);

        AssertDetail(404, "Not Found", answer);
        Assert.NotEqual(type, answer.ContentHeaders.ContentType?.MediaType);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task File_IsNotInTheApisDescription(string path, string type)
    {
        var description = await Api.SendAsync(HttpMethod.Get, "/openapi/v1.json");

        Assert.Equal(200, description.Status);
        Assert.DoesNotContain($"\"{path}\"", description.Body.Replace("\"url\": \"/\"", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain(type, description.Body, StringComparison.Ordinal);
    }
}
