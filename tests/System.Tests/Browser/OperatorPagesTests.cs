using Microsoft.Playwright;
using Wingman.Chaos.History;
using Wingman.SystemTests.Clusters;
using Wingman.SystemTests.Operators;

namespace Wingman.SystemTests.Browser;

/// <summary>The operators' pages in a browser, outside Development, in both topologies.</summary>
[Collection(Operated.Name)]
public sealed class OperatorPagesTests(OperatedCluster cluster, SharedBrowser browser)
{
    public static TheoryData<string> Hosts => OperatedCluster.PublicHosts;

    [BrowserTheory]
    [MemberData(nameof(Hosts))]
    public async Task Pages_WithoutSignIn_AreTheForm_AndNothingElseIsAnswered(string host)
    {
        var page = await browser.OpenAsync();
        await using var context = page.Context;
        var operators = cluster.Host(host).Operations;

        foreach (var path in new[] { "dashboard/", "support" })
        {
            await page.GotoAsync($"{operators}{path}");
            await Assertions.Expect(page).ToHaveURLAsync($"{operators}sign-in?return={Uri.EscapeDataString($"/{path}")}", new() { IgnoreCase = true });
            await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Sign in" })).ToBeVisibleAsync();
        }

        await Assert.AllAsync(["dashboard/index.min.js", "dashboard/DashboardCounters", "support/support.js", $"support/session/{Guid.NewGuid()}"], async path =>
            Assert.Equal(401, await page.EvaluateAsync<int>("async path => (await fetch(path)).status", $"/{path}")));
    }

    [BrowserTheory]
    [MemberData(nameof(Hosts))]
    public async Task Operator_WhoSignsIn_SeesASessionsTimeLine_AndOurGrainsByName(string host)
    {
        var session = await cluster.Cluster.NewSessionAsync();
        await cluster.Cluster.ConfirmAsync(session, Participant.User1);
        await cluster.Cluster.ConfirmAsync(session, Participant.User2);
        var operators = cluster.Host(host).Operations;
        var page = await browser.OpenAsync(new() { ViewportSize = new() { Width = 1280, Height = 720 } });
        await using var context = page.Context;
        var complaints = page.Watch(operators);

        await page.GotoAsync($"{operators}support");
        await page.AssertAccessibleAsync("sign-in");
        if (host == "cohosted") await page.RecordAsync("sign-in", height: 520);
        await page.GetByLabel("Operator").FillAsync(OperatedCluster.Operator);
        await page.GetByLabel("Secret").FillAsync(OperatedCluster.Secret);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(page).ToHaveTitleAsync("Wingman support");
        await SeeTimeLineAsync(page, host, session);
        Assert.Empty(complaints);

        await page.GotoAsync($"{operators}dashboard/#/grains");
        foreach (var grain in new[] { "SessionGrain", "MatchGrain" })
            await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = grain, Exact = true })).ToBeVisibleAsync();
        await page.GotoAsync($"{operators}dashboard/");
        await Assertions.Expect(page.GetByText("Total Activations")).ToBeVisibleAsync();
    }

    [BrowserTheory]
    [MemberData(nameof(Hosts))]
    public async Task TwoPhones_OutsideDevelopment_AreNotThere(string host)
    {
        var page = await browser.OpenAsync();
        await using var context = page.Context;

        var answer = await page.GotoAsync(cluster.Host(host).Address.ToString());

        Assert.Equal(404, answer!.Status);
    }

    private static async Task SeeTimeLineAsync(IPage page, string host, TestSession session)
    {
        await page.AssertAccessibleAsync("support, nothing asked");
        await page.GetByLabel("by its id").FillAsync($"{session.Id}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Explain" }).ClickAsync();

        var lines = page.Locator("#timeline li");
        await Assertions.Expect(lines).ToHaveCountAsync(3);
        await Assertions.Expect(lines.Nth(0)).ToContainTextAsync($"was scheduled by {session.Pair.User1}");
        await Assertions.Expect(lines.Nth(1)).ToContainTextAsync($"{session.Pair.User1} confirmed, the buddy had not yet");
        await Assertions.Expect(lines.Nth(2)).ToContainTextAsync($"{session.Pair.User2}");
        await page.AssertAccessibleAsync("support, a session");
        if (host == "cohosted") await page.RecordAsync("support");

        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await page.AssertAccessibleAsync("support, a session in dark colours");
        await page.SetViewportSizeAsync(360, 740);
        Assert.Equal(360, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await page.AssertAccessibleAsync("support, on a narrow screen");
        await page.SetViewportSizeAsync(1280, 720);
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });

        await page.GetByRole(AriaRole.Button, new() { Name = $"{session.Pair.User1}" }).First.ClickAsync();
        await Assertions.Expect(page.Locator("#facts")).ToContainTextAsync("1 completed, 0 no-shows");
        await page.AssertAccessibleAsync("support, a user");
    }
}
