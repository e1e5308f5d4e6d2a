using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wingman.Silo.Hosting;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;
using Xunit.Abstractions;

namespace Wingman.SystemTests.Waits;

/// <summary>
/// A grain that waits for something that was lost delays its calls for seconds only: by default it would be half a minute if it is
/// activated or deactivated, and two hours in a call.
/// </summary>
[Collection(RealProcessesCollection.Name)]
public sealed class LostWaitTests(ITestOutputHelper output) : IAsyncLifetime
{
    private WebApplication _silo = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:Wingman"] = await TestPostgres.CreateDatabaseAsync(),
            ["Orleans:Endpoints:SiloPort"] = $"{FreePorts.Next()}",
            ["Orleans:Endpoints:GatewayPort"] = $"{FreePorts.Next()}",
        });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{FreePorts.Next()}");
        await builder.AddWingmanDatabaseAsync();
        builder.AddWingmanSilo();
        _silo = builder.Build();
        await _silo.StartAsync();
    }

    public async Task DisposeAsync() => await _silo.DisposeAsync();

    [Theory]
    [InlineData(LostWait.Activating, 10)]
    [InlineData(LostWait.Deactivating, 10)]
    [InlineData(LostWait.Calling, 30)]
    public async Task GrainThatWaitsForWhatWasLost_IsReplacedWithinSeconds(LostWait where, int seconds)
    {
        var id = Guid.NewGuid();
        var grain = _silo.Services.GetRequiredService<IGrainFactory>().GetGrain<IStuckGrain>(id);
        if (where != LostWait.Activating) await grain.PingAsync();
        StuckGrain.WaitOnce(id, where);

        var begun = Stopwatch.GetTimestamp();
        if (where == LostWait.Deactivating) await grain.LeaveAsync();
        await Eventually.BecomesAsync("the grain answers", async _ =>
        {
            await grain.PingAsync();
            return true;
        }, static answered => answered);
        var took = Stopwatch.GetElapsedTime(begun);

        output.WriteLine($"answered after {took.TotalSeconds:0.0} s");
        Assert.True(took < TimeSpan.FromSeconds(seconds), $"the grain answered after {took.TotalSeconds:0.0} s");
    }
}
