using System.Diagnostics;
using Wingman.Testing;
using Xunit.Abstractions;

namespace Wingman.SystemTests.Browser;

/// <summary>The page of two phones, served by an API host with two silos.</summary>
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
            // Until the others have detected the silo's death, a press may be answered 503 and the streams may be silent: a person
            // presses again. A press of a button that is disabled meanwhile does nothing.
            await Eventually.IsTrueAsync("the session is completed", async _ =>
            {
                await phones.Ben.Confirm.DispatchEventAsync("click");
                return (await phones.Ben.Status.TextContentAsync())!.StartsWith("Completed", StringComparison.Ordinal);
            });
            Output.WriteLine($"the session was completed {killed.Elapsed.TotalSeconds:0.0} s after a silo was killed");
            foreach (var phone in new[] { phones.Ana, phones.Ben })
            {
                await phone.SaysAsync("Completed. You both confirmed. Your score is 1.");
                await phone.ShowsBadgeAsync("1", "+1");
            }

            Output.WriteLine($"both badges had risen {killed.Elapsed.TotalSeconds:0.0} s after it");
        }
        finally
        {
            // The class's other tests need two silos.
            await cluster.Silo.StartAndWaitAsync();
        }
    }
}
