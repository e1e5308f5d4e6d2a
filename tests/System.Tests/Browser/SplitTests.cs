using System.Diagnostics;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace Wingman.SystemTests.Browser;

/// <summary>The page of two phones, served by an API host with two silos.</summary>
[Collection(BrowserCollection.Name)]
public sealed class SplitTests(SplitFixture cluster, BrowserFixture browser, ITestOutputHelper output)
    : TwoPhonesTests(cluster, browser, output), IClassFixture<SplitFixture>
{
    // 128 and the signal's number.
    private const int ExitCodeOfKill = 128 + 9;

    [BrowserFact]
    public async Task SiloKilledBetweenTheConfirmations_ThePageGoesOn()
    {
        await using var phones = await OpenAsync();
        await Phone.PressAsync(phones.Ana.Confirm);
        await phones.Ben.SaysAsync("Ana has confirmed. Did you finish, too?");

        await phones.PressAsync("Kill a silo");
        try
        {
            var pressed = Stopwatch.StartNew();
            await Assertions.Expect(phones.Killed).ToContainTextAsync(", which had this session, was killed.");
            var said = await phones.Killed.TextContentAsync();
            var killed = Assert.Single(cluster.Silos, silo => said!.Contains($" {DevelopmentFixture.NameOf(silo)},", StringComparison.Ordinal));
            Assert.Equal(ExitCodeOfKill, await killed.WaitForExitAsync());
            await phones.Page.AssertAccessibleAsync("a silo was killed");
            await phones.CompleteAsync();
            await phones.Page.RecordAsync("page-silo-killed", height: 774);
            Output.WriteLine($"both badges had risen {pressed.Elapsed.TotalSeconds:0.0} s after a silo was killed");
            Assert.Single(cluster.Silos, static silo => silo.IsRunning);
        }
        finally
        {
            // The class's other tests need two silos.
            foreach (var silo in cluster.Silos.Where(static silo => !silo.IsRunning)) await silo.StartAndWaitAsync();
        }
    }
}
