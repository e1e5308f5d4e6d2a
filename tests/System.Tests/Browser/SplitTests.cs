using System.Diagnostics;
using Wingman.Testing;
using Xunit.Abstractions;

namespace Wingman.SystemTests.Browser;

/// <summary>The page of two phones before an API host and two silos.</summary>
[Collection(Browsed.Name)]
public sealed class SplitTests(SplitCluster cluster, SharedBrowser browser, ITestOutputHelper output)
    : TwoPhonesTests(cluster, browser, output), IClassFixture<SplitCluster>
{
    [BrowserFact]
    public async Task SiloKilledBetweenTheConfirmations_ThePageGoesOn()
    {
        await using var phones = await OpenAsync();
        await Phone.PressAsync(phones.Ana.Confirm);
        await phones.Ben.SaysAsync("Ana has confirmed. Did you finish, too?");

        await cluster.Silo.KillAsync();
        try
        {
            var killed = Stopwatch.StartNew();
            // The press may be answered 503 while the others find out: a person presses again.
            await Eventually.IsTrueAsync("the session is completed", async _ =>
            {
                if (await phones.Ben.Confirm.GetAttributeAsync("aria-disabled") == "false") await phones.Ben.Confirm.ClickAsync();
                return (await phones.Ben.Status.TextContentAsync())!.StartsWith("Completed", StringComparison.Ordinal);
            });
            Tell("a silo was killed; the session was completed", killed.Elapsed);
            foreach (var phone in new[] { phones.Ana, phones.Ben })
            {
                await phone.SaysAsync("Completed. You both confirmed. Your score is 1.");
                await phone.ShowsBadgeAsync("1", "+1");
            }
        }
        finally
        {
            // The class's other tests want two.
            await cluster.Silo.StartAndWaitAsync();
        }
    }
}
