using System.Text.Json;
using Wingman.Testing;
using Wingman.Testing.History;

namespace Wingman.SystemTests.Operators;

/// <summary>The operators' pages are open only to signed-in operators, and only on the operators' port.</summary>
[Collection(OperatedCollection.Name)]
public sealed class OperatorsPortTests(OperatedFixture cluster)
{
    // The headers by which a proxy, or an attacker, says which host was called.
    private static readonly string[] HostHeaders = ["Host", "X-Forwarded-Host", "Forwarded", "X-Original-Host"];

    public static TheoryData<string> Hosts => OperatedFixture.Hosts;

    public static TheoryData<string> PublicHosts => OperatedFixture.PublicHosts;

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task OperatorsPages_WithoutSignIn_ShowNoPageNoAssetAndNoData_AndChangeNothing(string host)
    {
        using var stranger = cluster.Stranger(host);
        using var user = cluster.Stranger(host);
        var token = ("Authorization", $"Bearer {cluster.Cluster.Tokens.ForService()}");

        await Assert.AllAsync(OperatorsPaths.Pages.Append("/"), async path =>
        {
            var page = await stranger.BrowseAsync(path);
            Assert.Equal((302, ""), (page.Status, page.Body));
            Assert.Equal($"/sign-in?return={Uri.EscapeDataString(path)}", page.Location, ignoreCase: true);
            var data = await stranger.FetchAsync(path);
            Assert.Equal((401, "Operators only: sign in at /sign-in.\n"), (data.Status, data.Body));
            Assert.Equal(401, (await user.FetchAsync(path, token)).Status);
        });
        await Assert.AllAsync(OperatorsPaths.Repairs, async path =>
            Assert.Equal(401, (await user.PostJsonAsync(path, """{"reason":"why"}""", token)).Status));
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task Dashboard_SignedIn_ShowsOurGrainsByName_AndNoLog(string host)
    {
        var session = await cluster.Cluster.NewSessionAsync();
        await cluster.Cluster.ConfirmAsync(session, Participant.User1);
        var alice = await cluster.SignedInAsync(host);

        Assert.Equal("/dashboard/", (await alice.BrowseAsync("/")).Location);
        var signedIn = await alice.BrowseAsync("/sign-in");
        Assert.Contains("<a href=\"/support\">", signedIn.Body, StringComparison.Ordinal);
        Assert.Contains("<a href=\"/dashboard/\">", signedIn.Body, StringComparison.Ordinal);
        Assert.Contains("<html", (await alice.BrowseAsync("/dashboard/")).Body, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(200, (await alice.FetchAsync("/dashboard/index.min.js")).Status);
        Assert.Equal(403, (await alice.FetchAsync("/dashboard/Trace")).Status);
        await Eventually.BecomesAsync("the dashboard counts sessions' grains", _ => GrainsAsync(alice), static grains => grains.Contains("Wingman.Sessions.SessionGrain"));
    }

    [Theory]
    [MemberData(nameof(PublicHosts))]
    public async Task PublicPort_HasNothingOfTheOperators_WhateverTheHostHeaderAndTheCookieSay(string host)
    {
        var process = cluster.Host(host);
        var alice = await cluster.SignedInAsync(host);
        using var outside = new OperatorClient(process.Address);
        foreach (var (name, value) in alice.Cookies) outside.Cookies[name] = value;
        var operators = process.Operations.Authority;

        await Assert.AllAsync(
            from path in OperatorsPaths.Pages.Concat(["/", "/sign-in", "/sign-out", "/metrics"])
            from name in HostHeaders
            select (path, name),
            async sent =>
            {
                var header = (sent.name, sent.name == "Forwarded" ? $"host={operators}" : operators);
                var answer = await outside.FetchAsync(sent.path, header, ("X-Forwarded-Port", $"{process.Operations.Port}"));
                Assert.Equal(404, answer.Status);
            });
        // The answer to a wrong method must not reveal that the route exists.
        await Assert.AllAsync(OperatorsPaths.Pages.Append("/sign-in"), async path =>
            Assert.Equal(404, (await outside.PostAsync(path, new Dictionary<string, string>(), ("Host", operators))).Status));
        await Assert.AllAsync(OperatorsPaths.Repairs, async path =>
            Assert.Equal(404, (await outside.PostJsonAsync(path, """{"reason":"why"}""", ("Host", operators))).Status));
        Assert.DoesNotContain("/sign-in", (await outside.FetchAsync("/openapi/v1.json")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task OperatorsPort_HasNothingOfTheUsers_AndAnswersMonitoringWithoutSignIn(string host)
    {
        using var stranger = cluster.Stranger(host);

        await Assert.AllAsync(["/health/live", "/health/startup", "/health/ready", "/metrics"], async path =>
            Assert.Equal(200, (await stranger.FetchAsync(path)).Status));
        await Assert.AllAsync([$"/api/session/{Guid.NewGuid()}", "/docs", "/openapi/v1.json"], async path =>
            Assert.Equal(404, (await stranger.FetchAsync(path, ("Host", cluster.Host(host).Address.Authority))).Status));
    }

    [Fact]
    public async Task SignIn_WithoutTheRightSecretOrTheFormsToken_IsRefused_AndLimited()
    {
        using var stranger = cluster.Stranger("silo");
        await cluster.SignedInAsync("silo");

        var answers = new List<OperatorAnswer>
        {
            await stranger.SignInAsync(OperatedFixture.Operator, OperatedFixture.Secret[..^1]),
            await stranger.SignInAsync("mallory", OperatedFixture.Secret),
            await stranger.SignInAsync(OperatedFixture.Operator, OperatedFixture.Secret, withToken: false),
            await stranger.SignInAsync(OperatedFixture.Operator, ""),
            await stranger.SignInAsync(OperatedFixture.Operator, OperatedFixture.Secret),
        };

        Assert.Equal([401, 401, 400, 401, 429], answers.Select(static answer => answer.Status));
        Assert.DoesNotContain(stranger.Cookies.Keys, static name => name.StartsWith("wingman-operator-", StringComparison.Ordinal));
        Assert.Equal(answers[0].Body.Length, answers[1].Body.Length);
    }

    [Fact]
    public async Task SignIn_GivesACookieForThisSiteAndTlsOnly_GoodForAllHostsThatShareKeys()
    {
        using var alice = cluster.Stranger("api");

        var answer = await alice.SignInAsync(OperatedFixture.Operator, OperatedFixture.Secret, "/sign-in?return=%2Fdashboard%2F%3Fa%3D1");

        Assert.Equal((303, "/dashboard/?a=1"), (answer.Status, answer.Location));
        Assert.All(answer.Cookies, static cookie =>
        {
            Assert.Superset(new HashSet<string>(["secure", "httponly", "samesite=strict", "path=/"]), cookie.ToLowerInvariant().Split("; ").ToHashSet());
            Assert.DoesNotContain("expires=", cookie, StringComparison.OrdinalIgnoreCase);
        });

        using var elsewhere = cluster.Stranger("cohosted");
        elsewhere.Cookies[$"wingman-operator-{cluster.Host("cohosted").Operations.Port}"] = alice.SignInCookie.Value;
        Assert.Equal(200, (await elsewhere.FetchAsync("/dashboard/version")).Status);
        elsewhere.Cookies[elsewhere.Cookies.Keys.Single()] = $"{alice.SignInCookie.Value[..^8]}AAAAAAAA";
        Assert.Equal(401, (await elsewhere.FetchAsync("/dashboard/version")).Status);
    }

    [Theory]
    [InlineData("//elsewhere.test/")]
    [InlineData("/\\elsewhere.test/")]
    [InlineData("https://elsewhere.test/")]
    [InlineData("/a\r\nSet-Cookie: b=c")]
    public async Task SignInForm_AskedToLeadElsewhere_LeadsToTheDashboard(string elsewhere)
    {
        using var stranger = cluster.Stranger("cohosted");

        var form = await stranger.BrowseAsync($"/sign-in?return={Uri.EscapeDataString(elsewhere)}");

        Assert.Contains("""name="return" value="/dashboard/">""", form.Body, StringComparison.Ordinal);
    }

    private static async Task<List<string?>> GrainsAsync(OperatorClient client)
    {
        using var counters = JsonDocument.Parse((await client.FetchAsync("/dashboard/DashboardCounters")).Body);
        return [.. counters.RootElement.GetProperty("simpleGrainStats").EnumerateArray().Select(static grain => grain.GetProperty("grainType").GetString())];
    }
}
