using Wingman.Api.Tests.Host;
using Wingman.Testing;

namespace Wingman.Api.Tests.Authentication;

/// <summary>Supabase's older service key is accepted where it is configured. The configured secret makes no other token valid.</summary>
public sealed class LegacyServiceKeyTests : IAsyncLifetime
{
    private const string LegacySecret = "the project's own secret of more than thirty-two bytes";
    private readonly StubGrains _grains = new();
    private readonly TestTokens _users = TestTokens.WithNewKey();
    private readonly TestTokens _legacy = TestTokens.WithSharedSecret(LegacySecret);
    private readonly Guid _user = Guid.NewGuid();
    private KeyServer _keys = null!;
    private ApiHost? _api;

    public async Task InitializeAsync()
    {
        _keys = await KeyServer.StartAsync();
        _keys.KeySet = _users.KeySet;
    }

    public async Task DisposeAsync()
    {
        if (_api is not null) await _api.DisposeAsync();
        await _keys.DisposeAsync();
        _users.Dispose();
        _legacy.Dispose();
    }

    [Fact]
    public async Task Key_WhereConfigured_IsTheServiceRole_BesideUsersTokens()
    {
        await StartAsync(("Authentication:LegacyServiceKeySecret", LegacySecret));

        Assert.Equal(201, await PutMatchAsync(Key()));
        Assert.Equal(201, await PutMatchAsync(Key()));
        Assert.Equal(403, await PutMatchAsync(_users.ForUser(_user)));
        Assert.Equal(201, await PutMatchAsync(_users.ForService()));
    }

    [Fact]
    public async Task Key_WhereNotConfigured_IsNobody()
    {
        await StartAsync();

        Assert.Equal(401, await PutMatchAsync(Key()));
    }

    [Fact]
    public async Task Key_OfTheSharedSecretOfUsersToo_IsNobodyUnlessConfigured()
    {
        await StartAsync(("Authentication:JwksUrl", ""), ("Authentication:SharedSecret", LegacySecret));

        Assert.Equal(401, await PutMatchAsync(Key()));
    }

    [Fact]
    public async Task Key_OfTheSharedSecretOfUsersToo_WorksWhereConfigured()
    {
        await StartAsync(
            ("Authentication:JwksUrl", ""), ("Authentication:SharedSecret", LegacySecret), ("Authentication:LegacyServiceKeySecret", LegacySecret));

        Assert.Equal(201, await PutMatchAsync(Key()));
        Assert.Equal(403, await PutMatchAsync(_legacy.ForUser(_user)));
    }

    [Fact]
    public async Task Key_BeforeUsersKeysAreKnown_Works()
    {
        _keys.KeySet = KeyServer.Broken;
        await StartAsync(waits: false, ("Authentication:LegacyServiceKeySecret", LegacySecret));

        Assert.Equal(201, await PutMatchAsync(Key()));
        Assert.Equal(503, await PutMatchAsync(_users.ForService()));
    }

    public static TheoryData<string, (string, object?)[]> Refused => new()
    {
        { "the public twin", [("role", "anon")] },
        { "a user's role", [("role", "authenticated")] },
        { "a user's role with a user", [("role", "authenticated"), ("sub", "6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11")] },
        { "a subject", [("sub", "6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11")] },
        { "an audience", [("aud", "authenticated")] },
        { "no expiry", [("exp", null)] },
        { "expired", [("exp", 1_700_000_000)] },
        { "a user token's issuer", [("iss", "https://wingman.test/auth/v1"), ("aud", "authenticated")] },
        { "the issuer in another case", [("iss", "Supabase")] },
        { "no issuer", [("iss", null)] },
    };

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public async Task Token_WithTheKeysSignatureButOtherClaims_Is401(string what, (string, object?)[] changes)
    {
        await StartAsync(("Authentication:LegacyServiceKeySecret", LegacySecret));

        var status = await PutMatchAsync(Key(changes));
        Assert.True(status == 401, $"{what}: {status}");
    }

    [Fact]
    public async Task Token_WithTheKeysClaimsButAnotherSignature_Is401()
    {
        await StartAsync(("Authentication:LegacyServiceKeySecret", LegacySecret));
        var claims = Claims([]);

        using var others = TestTokens.WithSharedSecret("another secret of more than thirty-two bytes");
        Assert.Equal(401, await PutMatchAsync(others.Sign(claims)));
        Assert.Equal(401, await PutMatchAsync(_users.Sign(claims)));
    }

    private string Key(params (string, object?)[] changes) => _legacy.Sign(Claims(changes));

    private Dictionary<string, object?> Claims((string, object?)[] changes) =>
        _legacy.Claims(TimeSpan.FromDays(3650), [("iss", "supabase"), ("aud", null), ("ref", "project"), ("role", "service_role"), .. changes]);

    private Task StartAsync(params (string Name, string Value)[] settings) => StartAsync(waits: true, settings);

    private async Task StartAsync(bool waits, params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string> { ["Authentication:JwksUrl"] = _keys.Address + "/keys", ["Authentication:Issuer"] = _users.Issuer };
        foreach (var (name, value) in settings) all[name] = value;
        _api = await ApiHost.StartAsync(_grains, "Development", [.. all.Select(setting => (setting.Key, setting.Value))]);
        if (waits)
            await Eventually.IsTrueAsync("the service is ready", async _ => (await _api.SendAsync(HttpMethod.Get, "/health/ready")).Status == 200);
    }

    private async Task<int> PutMatchAsync(string token)
    {
        var body = $$"""{"user1_id":"{{Guid.NewGuid()}}","user2_id":"{{Guid.NewGuid()}}","status":"accepted"}""";
        return (await _api!.SendWithTokenAsync(HttpMethod.Put, $"/api/match/{Guid.NewGuid()}", token, body)).Status;
    }
}
