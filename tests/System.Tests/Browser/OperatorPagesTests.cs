using Microsoft.Playwright;
using Wingman.SystemTests.Clusters;
using Wingman.SystemTests.Operators;
using Wingman.Testing.History;

namespace Wingman.SystemTests.Browser;

/// <summary>The operators' pages in a browser, outside Development, in both topologies.</summary>
[Collection(OperatedCollection.Name)]
public sealed class OperatorPagesTests(OperatedFixture cluster, BrowserFixture browser)
{
    private const string Unreachable = "The service cannot be reached. Try again.";
    private const string Unknown = "No answer: it is not known whether it was done. Retry it: that is safe.";

    public static TheoryData<string> Hosts => OperatedFixture.PublicHosts;

    [BrowserTheory]
    [MemberData(nameof(Hosts))]
    public async Task Pages_WithoutSignIn_AreTheForm_AndNothingElseIsAnswered(string host)
    {
        var page = await browser.OpenAsync();
        await using var context = page.Context;
        var operators = cluster.Host(host).Operations;

        await Assert.AllAsync(["dashboard/", "support"], async path =>
        {
            await page.GotoAsync($"{operators}{path}");
            await Assertions.Expect(page).ToHaveURLAsync($"{operators}sign-in?return={Uri.EscapeDataString($"/{path}")}", new() { IgnoreCase = true });
            await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Sign in" })).ToBeVisibleAsync();
        });

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
        await page.GetByLabel("Operator").FillAsync(OperatedFixture.Operator);
        await page.GetByLabel("Secret").FillAsync(OperatedFixture.Secret);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(page).ToHaveTitleAsync("Wingman support");
        await SeeTimeLineAsync(page, host, session);
        Assert.Empty(complaints);

        await page.GotoAsync($"{operators}dashboard/#/grains");
        foreach (var grain in new[] { "SessionGrain", "MatchGrain" })
            await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = grain, Exact = true })).ToBeVisibleAsync();
        if (host == "api") await page.RecordAsync("dashboard-split", height: 720);
        await page.GotoAsync($"{operators}dashboard/");
        await Assertions.Expect(page.GetByText("Total Activations")).ToBeVisibleAsync();
        if (host == "cohosted") await page.RecordAsync("dashboard", height: 720);
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

    [BrowserFact]
    public async Task LookUp_ThatIsAnsweredAfterTheNextOne_IsNeitherShownNorRepaired()
    {
        var (first, second) = (await cluster.Cluster.NewSessionAsync(), await cluster.Cluster.NewSessionAsync());
        var page = await OpenSupportAsync();
        await using var context = page.Context;
        var questions = AcceptQuestions(page);
        var held = await HoldAsync(page, $"**/support/session/{first.Id}");

        await LookUpAsync(page, $"{first.Id}");
        var route = await held.WaitAsync(BrowserFixture.Deadline);
        await LookUpAsync(page, $"{second.Id}");
        await Assertions.Expect(page.Locator("#timeline li")).ToHaveCountAsync(1);
        await AnswerAsync(page, route);

        await Assertions.Expect(page.Locator("#timeline li")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("#timeline")).ToContainTextAsync($"was scheduled by {second.Pair.User1}");
        await Assertions.Expect(page.Locator("#facts")).ToContainTextAsync($"{second.Pair.User1}");
        await Assertions.Expect(page.Locator("#facts")).Not.ToContainTextAsync($"{first.Pair.User1}");
        await RepairAsync(page);
        await Assertions.Expect(page.Locator("#message")).ToContainTextAsync("Completed:");
        await Assertions.Expect(page.Locator("#timeline li")).ToHaveCountAsync(2);
        Assert.Contains($"{second.Id}", Assert.Single(questions), StringComparison.Ordinal);
        Assert.Equal("scheduled", (await cluster.Cluster.ReadAsync(first)).Body.GetProperty("status").GetString());
    }

    [BrowserFact]
    public async Task Repair_ThatIsAnsweredAfterAnotherLookUp_LeavesWhatIsShown_AndSaysWhichItWas()
    {
        var (first, second) = (await cluster.Cluster.NewSessionAsync(), await cluster.Cluster.NewSessionAsync());
        var page = await OpenSupportAsync();
        await using var context = page.Context;
        AcceptQuestions(page);
        var held = await HoldAsync(page, "**/support/repair/**");

        await LookUpAsync(page, $"{first.Id}");
        await RepairAsync(page);
        var route = await held.WaitAsync(BrowserFixture.Deadline);
        await LookUpAsync(page, $"{second.Id}");
        await Assertions.Expect(page.Locator("#timeline")).ToContainTextAsync($"was scheduled by {second.Pair.User1}");
        await AnswerAsync(page, route);

        await Assertions.Expect(page.Locator("#message")).ToContainTextAsync($"The session {first.Id}: Completed:");
        await Assertions.Expect(page.Locator("#facts")).ToContainTextAsync($"{second.Pair.User1}");
        await Assertions.Expect(page.Locator("#timeline li")).ToHaveCountAsync(1);
    }

    [BrowserFact]
    public async Task RequestsWithoutAnAnswer_AreSaid_AndAnotherTryShowsTheSession()
    {
        var session = await cluster.Cluster.NewSessionAsync();
        var page = await OpenSupportAsync();
        await using var context = page.Context;
        AcceptQuestions(page);
        var message = page.Locator("#message");
        await LookUpAsync(page, new string('-', 36));
        await Assertions.Expect(message).ToContainTextAsync("An id has 36 characters");

        await page.RouteAsync("**/support/repair/**", static route => route.AbortAsync());
        await LookUpAsync(page, $"{session.Id}");
        await RepairAsync(page);
        await Assertions.Expect(message).ToHaveTextAsync(Unknown);
        await Assertions.Expect(page.Locator("#timeline li")).ToHaveCountAsync(1);

        await page.RouteAsync("**/support/session/**", static route => route.AbortAsync());
        await RepairAsync(page);
        await Assertions.Expect(message).ToHaveTextAsync($"{Unknown} {Unreachable}");
        await LookUpAsync(page, $"{session.Id}");
        await Assertions.Expect(message).ToHaveTextAsync(Unreachable);
        await page.AssertAccessibleAsync("support, without an answer");

        await page.UnrouteAllAsync();
        await LookUpAsync(page, $"{session.Id}");
        await Assertions.Expect(page.Locator("#timeline li")).ToHaveCountAsync(1);
        await Assertions.Expect(message).ToBeEmptyAsync();
    }

    private static async Task SeeTimeLineAsync(IPage page, string host, TestSession session)
    {
        await page.AssertAccessibleAsync("support, nothing asked");
        // What is not rendered is no live region.
        Assert.NotEqual("none", await page.Locator("#message").EvaluateAsync<string>("element => getComputedStyle(element).display"));
        await LookUpAsync(page, $"{session.Id}");

        var lines = page.Locator("#timeline li");
        await Assertions.Expect(lines).ToHaveCountAsync(3);
        await Assertions.Expect(page.Locator("#summary")).ToBeFocusedAsync();
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

    private static async Task LookUpAsync(IPage page, string id)
    {
        await page.GetByLabel("by its id").FillAsync(id);
        await page.GetByRole(AriaRole.Button, new() { Name = "Explain" }).ClickAsync();
    }

    private static async Task RepairAsync(IPage page)
    {
        await page.GetByLabel("because").FillAsync("a test");
        await page.GetByRole(AriaRole.Button, new() { Name = "Do it" }).ClickAsync();
    }

    /// <summary>Answers every question with yes from now on.</summary>
    /// <returns>The questions so far.</returns>
    private static List<string> AcceptQuestions(IPage page)
    {
        List<string> questions = [];
        page.Dialog += async (_, dialog) =>
        {
            questions.Add(dialog.Message);
            await dialog.AcceptAsync();
        };
        return questions;
    }

    /// <summary>Holds the next request to an address back.</summary>
    /// <returns>The request, once the page has sent it.</returns>
    private static async Task<Task<IRoute>> HoldAsync(IPage page, string address)
    {
        var held = new TaskCompletionSource<IRoute>(TaskCreationOptions.RunContinuationsAsynchronously);
        await page.RouteAsync(address, route => { held.SetResult(route); }, new() { Times = 1 });
        return held.Task;
    }

    /// <summary>Lets a request that was held back be answered, and waits until the page has seen the answer.</summary>
    private static async Task AnswerAsync(IPage page, IRoute route)
    {
        var answered = page.WaitForResponseAsync(route.Request.Url);
        await route.ContinueAsync();
        await (await answered).FinishedAsync();
        // The answers to requests come to the page in turn.
        await page.EvaluateAsync<string>("async () => (await fetch('/support/support.js')).text()");
    }

    /// <summary>The support page, opened by the operator who has signed in.</summary>
    private async Task<IPage> OpenSupportAsync()
    {
        var operators = cluster.Host("cohosted").Operations;
        var cookie = (await cluster.SignedInAsync("cohosted")).SignInCookie;
        var page = await browser.OpenAsync();
        await page.Context.AddCookiesAsync([new() { Name = cookie.Key, Value = cookie.Value, Url = operators.ToString() }]);
        await page.GotoAsync($"{operators}support");
        return page;
    }
}
