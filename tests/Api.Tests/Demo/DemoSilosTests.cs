using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Wingman.Api.Tests.Host;
using Wingman.Testing;

namespace Wingman.Api.Tests.Demo;

/// <summary>The page kills a silo, never the process that serves the page, and never the last silo. Here other programs are the silos.</summary>
public sealed class DemoSilosTests : StubbedApi, IDisposable
{
    private const int ExitCodeOfKill = 128 + 9;

    private readonly Guid _session = Guid.NewGuid();
    private readonly List<Process> _started = [];

    [Fact]
    public async Task Kill_EndsTheProcessOfTheSiloThatHasTheSession_AsACrashWould()
    {
        var (other, holder) = (StartProcess(), StartProcess());
        Has(SiloOf(other, 1), SiloOf(holder, 2));
        IsActiveOn(2);

        var answer = await KillAsync();

        Assert.Equal((200, """{"silo":"127.0.0.1:2","had_session":true}"""), (answer.Status, answer.Body));
        await holder.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        Assert.Equal(ExitCodeOfKill, holder.ExitCode);
        Assert.False(other.HasExited);
    }

    [Fact]
    public async Task Kill_WhereTheSessionIsInThePagesProcess_EndsAnother()
    {
        var other = StartProcess();
        using var own = Process.GetCurrentProcess();
        Has(SiloOf(own, 1), SiloOf(other, 2));
        IsActiveOn(1);

        var answer = await KillAsync();

        Assert.Equal((200, """{"silo":"127.0.0.1:2","had_session":false}"""), (answer.Status, answer.Body));
        await other.WaitForExitAsync().WaitAsync(Eventually.Deadline);
    }

    [Fact]
    public async Task Kill_WhereTheSessionIsNotActive_EndsOne()
    {
        var (first, second) = (StartProcess(), StartProcess());
        Has(SiloOf(first, 1), SiloOf(second, 2));

        var answer = await KillAsync();

        Assert.Equal((200, """{"silo":"127.0.0.1:1","had_session":false}"""), (answer.Status, answer.Body));
        await first.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        Assert.False(second.HasExited);
    }

    [Fact]
    public async Task Kill_OfTheOnlySilo_IsRefused()
    {
        var only = StartProcess();
        Has(SiloOf(only, 1));
        IsActiveOn(1);

        await AssertRefusedAsync(only);
    }

    [Fact]
    public async Task Kill_WhereTheOtherSiloHasEnded_IsRefused_ThoughItIsStillListed()
    {
        var (ended, last) = (StartProcess(), StartProcess());
        Has(SiloOf(ended, 1), SiloOf(last, 2));
        IsActiveOn(2);
        ended.Kill();
        await ended.WaitForExitAsync().WaitAsync(Eventually.Deadline);

        await AssertRefusedAsync(last);
    }

    [Theory]
    [InlineData("another machine")]
    [InlineData("outside Development")]
    [InlineData("a later process with the same id")]
    public async Task Kill_WhereTheOtherSiloIsNoProcessOfDevelopmentHere_IsRefused(string reason)
    {
        var (strange, last) = (StartProcess(), StartProcess());
        var silo = SiloOf(strange, 1);
        switch (reason)
        {
            case "another machine": silo.HostName = "another"; break;
            case "outside Development": silo.SiloName = $"Silo_{strange.Id}"; break;
            default: silo.StartTime = strange.StartTime.ToUniversalTime() - TimeSpan.FromSeconds(1); break;
        }

        Has(silo, SiloOf(last, 2));
        IsActiveOn(1);

        await AssertRefusedAsync(strange, last);
    }

    [Fact]
    public async Task Silos_AreCounted_ThePagesOwnIncluded()
    {
        using var own = Process.GetCurrentProcess();
        Has(SiloOf(own, 1), SiloOf(StartProcess(), 2), SiloOf(StartProcess(), 3));

        Assert.Equal("""{"silos":3}""", (await GetAsync("/demo/silos")).Body);
    }

    [Fact]
    public async Task Nobody_IsRefused()
    {
        Assert.Equal(401, (await Api.SendAsync(HttpMethod.Post, $"/demo/session/{_session}/kill-silo")).Status);
        Assert.Equal(401, (await Api.SendAsync(HttpMethod.Get, "/demo/silos")).Status);
    }

    [Fact]
    public async Task OutsideDevelopment_BothAreUnknownRoutes()
    {
        await using var api = await ApiHost.StartAsync(
            Grains, "Production", ("Authentication:SharedSecret", "a shared secret of more than thirty-two bytes"), ("Authentication:Issuer", "issuer"));

        AssertDetail(404, "Not Found", await api.SendAsync(HttpMethod.Post, $"/demo/session/{_session}/kill-silo"));
        AssertDetail(404, "Not Found", await api.SendAsync(HttpMethod.Get, "/demo/silos"));
    }

    [Theory]
    [InlineData("Development", true)]
    [InlineData("Production", false)]
    public async Task Silo_IsNamedByItsProcess_InDevelopmentOnly(string environment, bool isNamed)
    {
        await using var host = await WingmanApi.BuildAsync(
        [
            $"--environment={environment}", "--ConnectionStrings:Wingman=Host=nowhere", "--Authentication:Issuer=issuer",
            "--Authentication:SharedSecret=a shared secret of more than thirty-two bytes",
        ]);

        var name = host.Services.GetRequiredService<IOptions<SiloOptions>>().Value.SiloName;

        Assert.Equal(isNamed, name == $"process-{Environment.ProcessId}");
    }

    public void Dispose()
    {
        foreach (var process in _started)
        {
            process.Kill();
            process.Dispose();
        }
    }

    private Task<Answer> KillAsync() => PostAsync($"/demo/session/{_session}/kill-silo");

    private async Task AssertRefusedAsync(params Process[] running)
    {
        AssertDetail(409, "No silo was killed: fewer than two run in Development on the machine of this host", await KillAsync());
        Assert.Equal("""{"silos":1}""", (await GetAsync("/demo/silos")).Body);
        Assert.All(running, static process => Assert.False(process.HasExited));
    }

    private void Has(params MembershipEntry[] silos) => Grains.Silos = () => Task.FromResult(silos);

    private void IsActiveOn(int port) => Grains.Activation = session => session.Value == _session ? Address(port) : null;

    // It ends with this process, because its standard input then ends.
    private Process StartProcess()
    {
        var process = Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true })
            ?? throw new InvalidOperationException("cat did not start.");
        _started.Add(process);
        return process;
    }

    private static MembershipEntry SiloOf(Process process, int port) => new()
    {
        SiloAddress = Address(port),
        Status = SiloStatus.Active,
        HostName = Dns.GetHostName(),
        SiloName = $"process-{process.Id}",
        StartTime = process.StartTime.ToUniversalTime() + TimeSpan.FromSeconds(1),
    };

    private static SiloAddress Address(int port) => SiloAddress.New(IPAddress.Loopback, port, 1);
}
