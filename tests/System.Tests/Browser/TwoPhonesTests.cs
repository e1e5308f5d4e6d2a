using System.Globalization;
using Microsoft.Playwright;
using Npgsql;
using Wingman.Testing;
using Xunit.Abstractions;

namespace Wingman.SystemTests.Browser;

/// <summary>What happens on one phone is shown on the other at once, in every topology.</summary>
public abstract class TwoPhonesTests(DevelopmentFixture cluster, BrowserFixture browser, ITestOutputHelper output)
{
    private const int OneProcessHeight = 690;

    // With more than one silo there is another row of buttons.
    private const int SplitHeight = 746;

    [BrowserFact]
    public async Task Confirmations_ShowOnTheOtherPhone_CompleteBoth_AndBothBadgesRise()
    {
        await using var phones = await OpenAsync();
        var (ana, ben) = (phones.Ana, phones.Ben);
        await phones.Page.AssertAccessibleAsync("scheduled");
        await RecordStepAsync(phones, "page-scheduled");

        var first = ben.NextChangeAsync();
        await Phone.PressAsync(ana.Confirm);
        await ana.SaysAsync("Waiting for your buddy. Ben has not confirmed yet.");
        await ben.SaysAsync("Ana has confirmed. Did you finish, too?");
        await phones.Page.AssertAccessibleAsync("waiting");
        await RecordStepAsync(phones, "page-waiting", "Ben’s phone showed Ana’s confirmation", await first);

        var second = ana.NextChangeAsync();
        await Phone.PressAsync(ben.Confirm);
        foreach (var phone in new[] { ana, ben })
        {
            await phone.SaysAsync("Completed. You both confirmed. Your score is 1.");
            await phone.ShowsBadgeAsync("1", "+1");
            await phone.IsOverAsync();
        }

        await phones.Page.AssertAccessibleAsync("completed");
        await RecordStepAsync(phones, "page-completed", "Ana’s phone showed Ben’s confirmation", await second);
        Tell("the other phone showed the first confirmation", await first);
        Tell("the other phone showed the completion", await second);
        phones.AssertNoComplaints();
    }

    [BrowserFact]
    public async Task Cancellation_ShowsOnBothPhones_AndANewSessionCanBeScheduled()
    {
        await using var phones = await OpenAsync();

        var other = phones.Ana.NextChangeAsync();
        await Phone.PressAsync(phones.Ben.Cancel);
        foreach (var phone in new[] { phones.Ana, phones.Ben })
        {
            await phone.SaysAsync("Cancelled. Nobody can confirm it any more.");
            await phone.ShowsBadgeAsync("0", "");
            await phone.IsOverAsync();
        }

        await phones.Page.AssertAccessibleAsync("cancelled");
        await RecordAsync(phones, "page-cancelled");
        await phones.PressAsync("Schedule a new session");
        await phones.ShowNewSessionAsync();
        Tell("the other phone showed the cancellation", await other);
        phones.AssertNoComplaints();
    }

    [BrowserFact]
    public async Task BothAtTheSameInstant_CompleteTheSessionOnce()
    {
        await using var phones = await OpenAsync();

        await phones.PressAsync("Both confirm at the same instant");

        foreach (var phone in new[] { phones.Ana, phones.Ben })
        {
            await phone.SaysAsync("Completed. You both confirmed. Your score is 1.");
            await phone.ShowsBadgeAsync("1", "+1");
        }

        phones.AssertNoComplaints();
    }

    [BrowserFact]
    public async Task GracePeriodThatPasses_EndsAsANoShowOfWhoDidNotConfirm()
    {
        await using var phones = await OpenAsync();
        await Phone.PressAsync(phones.Ana.Confirm);
        await phones.Ben.SaysAsync("Ana has confirmed. Did you finish, too?");

        var change = phones.Ben.NextChangeAsync();
        await phones.PressAsync("Let the grace period pass");

        await phones.Ana.SaysAsync("It ended as a no-show. Your score is 0.");
        await phones.Ana.ShowsBadgeAsync("0", "");
        await phones.Ben.SaysAsync("It ended as a no-show. Your score is −1.");
        await phones.Ben.ShowsBadgeAsync("−1", "−1");
        foreach (var phone in new[] { phones.Ana, phones.Ben }) await phone.IsOverAsync();
        await phones.Page.AssertAccessibleAsync("no-show");
        await RecordAsync(phones, "page-no-show");
        Tell("a phone showed the no-show", await change);
        phones.AssertNoComplaints();
    }

    [BrowserFact]
    public async Task SessionThatAnotherProgramDeletes_IsSaidOnBothPhones_AndANewSessionCanBeScheduled()
    {
        await using var phones = await OpenAsync();
        await using var database = NpgsqlDataSource.Create(cluster.Cluster.ConnectionString);

        Assert.NotEqual(0, await database.ExecuteAsync("delete from public.wingman_sessions where status = 'scheduled'"));

        foreach (var phone in new[] { phones.Ana, phones.Ben })
        {
            await phone.SaysAsync("This session is no longer there.");
            await Assertions.Expect(phone.Line).ToHaveTextAsync("not connected");
            await phone.IsOverAsync();
        }

        await phones.Page.AssertAccessibleAsync("deleted");
        await phones.PressAsync("Schedule a new session");
        await phones.ShowNewSessionAsync();
        phones.AssertNoComplaints();
    }

    private protected ITestOutputHelper Output => output;

    private protected BrowserFixture Browser => browser;

    private protected Uri Address => cluster.Address;

    private protected Task<TwoPhones> OpenAsync(BrowserNewContextOptions? screen = null) => TwoPhones.OpenAsync(browser, cluster.Address, screen);

    private protected void Tell(string what, TimeSpan after) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what} {after.TotalMilliseconds:0} ms after the press"));

    // The steps of a session are recorded in each topology, each with the time that the other phone took.
    private Task RecordStepAsync(TwoPhones phones, string name, string? what = null, TimeSpan after = default)
    {
        var (suffix, height, topology) = cluster is OneProcessFixture
            ? ("", OneProcessHeight, "one process")
            : ("-split", SplitHeight, "an API host and two silos");
        var caption = string.Create(CultureInfo.InvariantCulture, $"{what} {after.TotalMilliseconds:0} ms after the press ({topology}).");
        return phones.RecordAsync($"{name}{suffix}", height, what is null ? null : caption);
    }

    /// <summary>The documents show the other states with one process.</summary>
    private async Task RecordAsync(TwoPhones phones, string name)
    {
        if (cluster is OneProcessFixture) await phones.RecordAsync(name, OneProcessHeight);
    }
}
