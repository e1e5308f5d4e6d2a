using System.Collections.Concurrent;
using Microsoft.Playwright;
using Wingman.Testing;
using Xunit.Abstractions;

namespace Wingman.SystemTests.Browser;

/// <summary>The page of two phones, served by one process: also by keyboard, on a narrow screen and in dark colours.</summary>
[Collection(BrowserCollection.Name)]
public sealed class OneProcessTests(OneProcessFixture cluster, BrowserFixture browser, ITestOutputHelper output)
    : TwoPhonesTests(cluster, browser, output), IClassFixture<OneProcessFixture>
{
    [BrowserFact]
    public async Task KeyboardAlone_ReachesAndPressesEveryButton_AndTheFocusStaysWhereItWas()
    {
        await using var phones = await OpenAsync();
        var keyboard = phones.Page.Keyboard;

        await FocusAsync(phones.Page, phones.Ana.Confirm);
        await keyboard.PressAsync("Enter");
        await phones.Ben.SaysAsync("Ana has confirmed. Did you finish, too?");
        Assert.True(await HasFocusAsync(phones.Ana.Confirm));
        await FocusAsync(phones.Page, phones.Ben.Confirm);
        await keyboard.PressAsync("Space");
        await phones.Ana.SaysAsync("Completed. You both confirmed. Your score is 1.");
        Assert.True(await HasFocusAsync(phones.Ben.Confirm));

        await phones.Page.ReloadAsync();
        await phones.ShowNewSessionAsync();
        foreach (var button in new[] { "Schedule a new session", "Both confirm at the same instant", "Let the grace period pass" })
            await FocusAsync(phones.Page, phones.Page.GetByRole(AriaRole.Button, new() { Name = button }));
        await FocusAsync(phones.Page, phones.Ana.Cancel);
        await keyboard.PressAsync("Enter");
        await phones.Ben.SaysAsync("Cancelled. Nobody can confirm it any more.");
    }

    [BrowserFact]
    public async Task OnlySilo_CannotBeKilled()
    {
        await using var phones = await OpenAsync();

        // When the page counts the silos again, it has drawn what the count before said.
        for (var counts = 0; counts < 2; counts++)
        {
            var count = await phones.Page.WaitForResponseAsync("**/demo/silos");
            Assert.Equal("""{"silos":1}""", await count.TextAsync());
        }

        await Assertions.Expect(phones.KillSilo).ToHaveCountAsync(1);
        await Assertions.Expect(phones.KillSilo).ToBeHiddenAsync();
    }

    [BrowserFact]
    public async Task ReferencePage_ShowsTheEndpoints_AndAsksNoOtherHost()
    {
        var page = await Browser.OpenAsync();
        await using var context = page.Context;
        var (asked, complaints) = (new ConcurrentQueue<Uri>(), new ConcurrentQueue<string>());
        page.Request += (_, request) => asked.Enqueue(new Uri(request.Url));
        page.PageError += (_, complaint) => complaints.Enqueue(complaint);

        await page.GotoAsync(new Uri(Address, "docs/").ToString());

        await Assertions.Expect(page.GetByText("/api/session/confirm-completion").First).ToBeVisibleAsync();
        Assert.Contains(asked, static address => address.AbsolutePath == "/openapi/v1.json");
        Assert.All(asked, address => Assert.True(address.Authority == Address.Authority || address.Scheme is "data" or "blob", $"{address} was asked"));
        Assert.Empty(complaints);
    }

    [BrowserFact]
    public async Task NarrowScreen_HasThePhonesBelowEachOther_AndNothingBesideTheScreen()
    {
        await using var phones = await OpenAsync(new() { ViewportSize = new() { Width = 360, Height = 740 } });
        await Phone.PressAsync(phones.Ana.Confirm);
        await phones.Ben.SaysAsync("Ana has confirmed. Did you finish, too?");

        Assert.Equal(360, await phones.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        var (ana, ben) = (await BoxAsync(phones.Ana.Box), await BoxAsync(phones.Ben.Box));
        Assert.True(ben.Y >= ana.Y + ana.Height, "The phones are beside each other.");
        foreach (var button in new[] { phones.Ana.Confirm, phones.Ana.Cancel }) Assert.InRange((await BoxAsync(button)).Height, 44, 90);
        await phones.Page.AssertAccessibleAsync("a narrow screen");
        await phones.Page.RecordAsync("page-narrow", height: (int)(ben.Y + ben.Height) + 16);
    }

    [BrowserFact]
    public async Task DarkColours_AreAsReadable()
    {
        await using var phones = await OpenAsync(new() { ColorScheme = ColorScheme.Dark });
        await phones.Page.AssertAccessibleAsync("dark, scheduled");

        await Phone.PressAsync(phones.Ana.Confirm);
        await phones.Ben.SaysAsync("Ana has confirmed. Did you finish, too?");
        await phones.Page.AssertAccessibleAsync("dark, waiting");
        await phones.PressAsync("Let the grace period pass");
        await phones.Ben.SaysAsync("It ended as a no-show. Your score is −1.");
        await phones.Page.AssertAccessibleAsync("dark, no-show");
        await phones.PressAsync("Schedule a new session");
        await phones.ShowNewSessionAsync();
        await phones.PressAsync("Both confirm at the same instant");
        await phones.Ben.SaysAsync("Completed. You both confirmed. Your score is 0.");
        await phones.Page.AssertAccessibleAsync("dark, completed");
    }

    // Over http from another computer, a browser has no crypto.randomUUID.
    [BrowserFact]
    public async Task BrowserWithoutRandomUuid_HasPhonesWithIdsToo()
    {
        await using var phones = await OpenAsync();
        await phones.Page.AddInitScriptAsync("delete Crypto.prototype.randomUUID;");

        var created = phones.Page.WaitForRequestAsync("**/api/session/create");
        await phones.Page.ReloadAsync();
        await phones.ShowNewSessionAsync();

        Assert.Equal("undefined", await phones.Page.EvaluateAsync<string>("typeof crypto.randomUUID"));
        Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", (await created).Headers["x-test-user-id"]);
    }

    [BrowserFact]
    public async Task InventedAnswerToThePage_FailsTheTest()
    {
        var phones = await OpenAsync();
        await phones.Page.RouteAsync("**/api/caller", static route => route.FulfillAsync(new() { Status = 418, ContentType = "application/json", Body = "{}" }));

        await phones.Page.RunAndWaitForRequestFinishedAsync(
            () => phones.Page.EvaluateAsync("async () => (await fetch('/api/caller')).text()"),
            new() { Predicate = static request => request.Url.EndsWith("/api/caller", StringComparison.Ordinal) });

        var failure = await Assert.ThrowsAsync<UndocumentedAnswerException>(async () => await phones.DisposeAsync());
        Assert.StartsWith("GET /api/caller answered 418", failure.Message, StringComparison.Ordinal);
    }

    // More often than there are elements that take the focus, the browser's own included.
    private static async Task FocusAsync(IPage page, ILocator target)
    {
        for (var stops = 0; stops < 20; stops++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (!await HasFocusAsync(target)) continue;

            Assert.NotEqual("none", await target.EvaluateAsync<string>("element => getComputedStyle(element).outlineStyle"));
            return;
        }

        Assert.Fail($"The Tab key never comes to {target}.");
    }

    private static Task<bool> HasFocusAsync(ILocator target) => target.EvaluateAsync<bool>("element => element === document.activeElement");

    private static async Task<LocatorBoundingBoxResult> BoxAsync(ILocator element) =>
        await element.BoundingBoxAsync() ?? throw new InvalidOperationException($"{element} is not to be seen.");
}
