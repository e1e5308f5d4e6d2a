using Wingman.Api.Tests.Host;
using Wingman.Authentication;

namespace Wingman.Api.Tests.Authentication.Suite;

/// <summary>The API with an issuer that publishes good, bad and useless keys, has withdrawn one of them, and counts all requests to it.</summary>
public sealed class SuiteFixture : IAsyncLifetime
{
    private readonly SteppedClock _clock = new();

    public Forge Forge { get; private set; } = null!;

    public StubGrains Grains { get; } = new();

    public ApiHost Api { get; private set; } = null!;

    public KeyServer Keys { get; private set; } = null!;

    /// <summary>How often the issuer was asked before the first test.</summary>
    public int RequestsBefore { get; private set; }

    /// <summary>The slowest case so far, by its median.</summary>
    public (TimeSpan Time, string Name) Slowest { get; set; }

    public async Task InitializeAsync()
    {
        Forge = new Forge(_clock);
        Keys = await KeyServer.StartAsync();
        Forge.KeyServer = Keys.Address;
        Keys.KeySet = Forge.KeySet(withWithdrawn: true);
        Api = await ApiHost.StartAsync(
            Grains, _clock, "Development",
            ("Authentication:TestHeaders", "false"),
            ("Authentication:JwksUrl", Keys.Address + "/keys"),
            ("Authentication:Issuer", Forge.Issuer),
            ("Authentication:ServiceKeys:backend", ServiceKey.HashOf(Forge.ServiceKey)));

        await _clock.FirstKeysAsync();
        var withdrawn = Forge.Token("""{"alg":"ES256","typ":"JWT","kid":"withdrawn"}""", sign: Forge.By("withdrawn"));
        Assert.Equal(200, (await Api.SendWithTokenAsync(HttpMethod.Get, Path, withdrawn)).Status);
        Keys.KeySet = Forge.KeySet(withWithdrawn: false);
        await _clock.PassOneFetchAsync();
        RequestsBefore = Keys.Requests;
    }

    public async Task DisposeAsync()
    {
        await Api.DisposeAsync();
        await Keys.DisposeAsync();
        Forge.Dispose();
    }

    /// <summary>The address that the suite requests: every caller may read it.</summary>
    public const string Path = $"/api/user/reputation/{Forge.User}";
}
