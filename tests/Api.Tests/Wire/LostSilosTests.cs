using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Wingman.Api.Tests.Host;
using Wingman.Calls;

namespace Wingman.Api.Tests.Wire;

/// <summary>A client of silos elsewhere retries the calls that a silo took with it, and does not wait for their timeout.</summary>
public sealed class LostSilosTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly LostSilos _lostSilos;

    public LostSilosTests() => _lostSilos = new LostSilos(_time);

    public void Dispose() => _lostSilos.Dispose();

    [Fact]
    public void LostConnection_GivesUpTheCallsOfBefore_AfterTheGrace()
    {
        var call = _lostSilos.CallsOfNow;

        LoseOne();
        _time.Advance(LostSilos.Grace - TimeSpan.FromTicks(1));
        var wasWaitedFor = !call.IsCancellationRequested;
        _time.Advance(TimeSpan.FromTicks(1));

        Assert.True(wasWaitedFor, "an answer that was on its way was not waited for");
        Assert.True(call.IsCancellationRequested, "the call is still waited for");
    }

    [Fact]
    public void LostConnection_LeavesTheCallsOfAfter()
    {
        LoseOne();
        var call = _lostSilos.CallsOfNow;

        _time.Advance(TimeSpan.FromHours(1));

        Assert.False(call.IsCancellationRequested);
    }

    [Fact]
    public void NewConnection_GivesUpNothing()
    {
        var call = _lostSilos.CallsOfNow;

        _lostSilos.NotifyGatewayCountChanged(currentNumberOfGateways: 3, previousNumberOfGateways: 2, connectionRecovered: false);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.False(call.IsCancellationRequested);
    }

    [Fact]
    public async Task Call_ThatASiloTookWithIt_IsRetried_AndMayHaveRun()
    {
        var started = new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance);
        started.NotifyStarted();
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        var calls = new GrainCalls(new StubGrains().Factory, started, TimeProvider.System, meters, _lostSilos);
        var taken = new TaskCompletionSource<int>();
        var attempts = 0;

        var answer = calls.IdempotentAsync(0, (_, _) => ++attempts == 1 ? taken.Task : Task.FromResult(7));
        LoseOne();
        _time.Advance(LostSilos.Grace);

        Assert.Equal(new GrainAnswer<int>(7, MayHaveRunBefore: true), await answer.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task HostWithoutASilo_IsNotifiedOfLostConnections()
    {
        await using var host = await BuildAsync("--Wingman:Cohosted=false");

        var lostSilos = host.Services.GetRequiredService<LostSilos>();

        Assert.Contains(lostSilos, host.Services.GetServices<IClusterConnectionStatusObserver>());
    }

    [Fact]
    public async Task HostWithASilo_LosesNoCallsWithConnections()
    {
        await using var host = await BuildAsync();

        Assert.Null(host.Services.GetService<LostSilos>());
    }

    // Not started: nothing is asked for at these addresses.
    private static Task<WebApplication> BuildAsync(params string[] settings) => WingmanApi.BuildAsync(
    [
        "--environment=Production", "--ConnectionStrings:Wingman=Host=localhost", "--Authentication:SharedSecret=a shared secret of more than thirty-two bytes", .. settings,
    ]);

    private void LoseOne() => _lostSilos.NotifyGatewayCountChanged(currentNumberOfGateways: 2, previousNumberOfGateways: 3, connectionRecovered: false);
}
