using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Wingman.SystemTests.Browser;

/// <summary>The page of two phones, served by a process that is one of two silos.</summary>
[Collection(BrowserCollection.Name)]
public sealed class TwoProcessesTests(TwoProcessesFixture cluster, BrowserFixture browser) : IClassFixture<TwoProcessesFixture>
{
    [BrowserFact]
    public async Task SiloKilledBetweenTheConfirmations_IsTheOtherProcess_WhereverTheSessionIs_AndTheLastSiloStays()
    {
        await using var phones = await TwoPhones.OpenAsync(browser, cluster.Address);
        await Phone.PressAsync(phones.Ana.Confirm);
        await phones.Ben.SaysAsync("Ana has confirmed. Did you finish, too?");

        await phones.PressAsync("Kill a silo");

        var name = Regex.Escape(DevelopmentFixture.NameOf(cluster.Silo));
        await Assertions.Expect(phones.Killed).ToHaveTextAsync(
            new Regex($@"^The silo at {name}(, which had this session, was killed| was killed; it did not have this session)\.$"));
        await cluster.Silo.WaitForExitAsync();
        await phones.CompleteAsync();
        await Assertions.Expect(phones.KillSilo).ToHaveAttributeAsync("aria-disabled", "true");
        await Assertions.Expect(phones.KillSilo).ToBeVisibleAsync();
    }
}
