using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Wingman.Api.Tests.Authentication.Suite;
using Wingman.Api.Tests.Host;
using Wingman.Testing;

namespace Wingman.Api.Tests.Authentication;

/// <summary>Tokens signed with keys that an issuer publishes and changes.</summary>
public sealed class PublishedKeysTests : IAsyncLifetime
{
    private readonly StubGrains _grains = new();
    private readonly SteppedClock _clock = new();
    private readonly TestTokens _tokens = TestTokens.WithNewKey();
    private readonly Guid _user = Guid.NewGuid();
    private KeyServer _keys = null!;
    private ApiHost? _api;

    public async Task InitializeAsync()
    {
        _keys = await KeyServer.StartAsync();
        _keys.KeySet = _tokens.KeySet;
    }

    public async Task DisposeAsync()
    {
        _tokens.Dispose();
        if (_api is not null) await _api.DisposeAsync();
        await _keys.DisposeAsync();
    }

    [Fact]
    public async Task Token_WithAPublishedKey_IsAccepted()
    {
        await StartAsync();

        Assert.Equal(200, await StatusOfAsync(_tokens.ForUser(_user)));
        Assert.Equal(200, await StatusOfAsync(_tokens.ForUser(_user)));
        Assert.Equal(1, _keys.Fetches);
    }

    [Fact]
    public async Task Token_OfAnAuthorityWithDiscovery_IsAccepted()
    {
        await StartAsync(waits: true, ("Authentication:Authority", _keys.Address));

        Assert.Equal(200, await StatusOfAsync(_tokens.Sign(_tokens.Claims(null, ("sub", _user), ("role", "authenticated"), ("iss", _keys.Address)))));
        Assert.Equal(401, await StatusOfAsync(_tokens.ForUser(_user)));
    }

    [Fact]
    public async Task Token_SignedWithRs256_IsAccepted_AndAWeakerAlgorithmIsNot()
    {
        using var rsa = RSA.Create(2048);
        var key = rsa.ExportParameters(false);
        _keys.KeySet = JsonSerializer.Serialize(new
        {
            keys = new[] { new { kty = "RSA", use = "sig", kid = "r", n = Base64Url.EncodeToString(key.Modulus), e = Base64Url.EncodeToString(key.Exponent) } },
        });
        await StartAsync();

        Assert.Equal(200, await StatusOfAsync(SignRsa(rsa, "RS256", HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
        Assert.Equal(401, await StatusOfAsync(SignRsa(rsa, "RS512", HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1)));
        Assert.Equal(401, await StatusOfAsync(SignRsa(rsa, "PS256", HashAlgorithmName.SHA256, RSASignaturePadding.Pss)));
        Assert.Equal(401, await StatusOfAsync(SignRsa(rsa, "ES256", HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
    }

    [Theory]
    [InlineData("the whole set")]
    [InlineData("the key")]
    public async Task Token_SignedWithThePublicKeyAsASecret_Is401(string secret)
    {
        await StartAsync();
        using var json = JsonDocument.Parse(_tokens.KeySet);
        using var forged = TestTokens.WithSharedSecret(
            secret == "the key" ? json.RootElement.GetProperty("keys")[0].GetRawText() : _tokens.KeySet);

        Assert.Equal(200, await StatusOfAsync(_tokens.ForUser(_user)));
        Assert.Equal(401, await StatusOfAsync(forged.ForUser(_user)));
    }

    [Fact]
    public async Task Key_ThatIsNew_WorksWithinAMinute_AndAWithdrawnOneNoLonger_ThoughItsTokenWasRemembered()
    {
        await StartSteppedAsync();
        var remembered = _tokens.ForUser(_user);
        Assert.Equal(200, await StatusOfAsync(remembered));
        Assert.Equal(200, await StatusOfAsync(remembered));

        using var next = TestTokens.WithNewKey(_clock);
        _keys.KeySet = next.KeySet;
        await _clock.PassOneFetchAsync();

        Assert.True(SteppedClock.BetweenFetches <= TimeSpan.FromMinutes(1));
        Assert.Equal(401, await StatusOfAsync(remembered));
        Assert.Equal(200, await StatusOfAsync(next.ForUser(_user)));
    }

    [Theory]
    [InlineData(KeyServer.Broken)]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"keys":{}}""")]
    [InlineData("""{"keys":[],"keys":[]}""")]
    [InlineData("\uFEFF{}")]
    [InlineData("""{"\ud800":1,"\ud801":[]}""")]
    [InlineData("one megabyte")]
    public async Task KeyServer_ThatFailsLater_LocksNobodyOut(string? failure)
    {
        await StartSteppedAsync();
        var token = _tokens.ForUser(_user, TimeSpan.FromDays(1));
        Assert.Equal(200, await StatusOfAsync(token));

        _keys.KeySet = failure == "one megabyte" ? OneMegabyte() : failure;
        await _clock.PassOneFetchAsync();

        Assert.Equal(200, await StatusOfAsync(token));
        Assert.Equal(200, await StatusOfAsync(_tokens.ForUser(_user)));
        Assert.Equal(200, (await _api!.SendAsync(HttpMethod.Get, "/health/ready")).Status);
        Assert.Equal(2, _keys.Fetches);
    }

    [Fact]
    public async Task KeyServer_ThatFailedForAWhile_IsUsedAgain()
    {
        await StartSteppedAsync();
        using var next = TestTokens.WithNewKey(_clock);
        _keys.KeySet = KeyServer.Broken;
        await _clock.PassOneFetchAsync();

        _keys.KeySet = next.KeySet;
        await _clock.PassOneFetchAsync();

        Assert.Equal(200, await StatusOfAsync(next.ForUser(_user)));
    }

    [Fact]
    public async Task Issuer_ThatWithdrawsAllItsKeys_IsNotTakenForUsersThatMustLogInAgain()
    {
        await StartSteppedAsync();
        var token = _tokens.ForUser(_user);
        Assert.Equal(200, await StatusOfAsync(token));

        _keys.KeySet = KeyServer.NoKeys;
        await _clock.PassOneFetchAsync();

        Assert.Equal(503, await StatusOfAsync(token));
        // Machines with service keys are still served.
        Assert.Equal(200, (await _api!.SendAsync(HttpMethod.Get, "/health/ready")).Status);
    }

    [Fact]
    public async Task Keys_UnknownToTheIssuer_AreNeverAskedFor()
    {
        await StartSteppedAsync();
        Assert.Equal(200, await StatusOfAsync(_tokens.ForUser(_user)));

        for (var i = 0; i < 50; i++)
        {
            using var stranger = TestTokens.WithNewKey(_clock);
            Assert.Equal(401, await StatusOfAsync(stranger.ForUser(_user)));
        }

        Assert.Equal(1, _keys.Requests);
    }

    [Theory]
    [InlineData("""{"kty":"EC","crv":"P-256","kid":"odd","x":"AB","y":"AB"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","kid":"odd","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB","y":"AAAA"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","kid":"odd","x":7,"y":null}""")]
    [InlineData("""{"kty":"EC","crv":"\ud800","kid":"odd"}""")]
    [InlineData("""{"kty":"RSA","kid":"odd","n":"","e":""}""")]
    [InlineData("""{"kty":"RSA","kid":"odd","n":"!!","e":"AQAB"}""")]
    [InlineData("""{"kty":"RSA","kid":"odd","n":"AAAA","e":"AQABAQABAQAB"}""")]
    [InlineData("""{"kty":["RSA"],"kid":{"a":1},"key_ops":"verify","use":1}""")]
    [InlineData("""{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""")]
    [InlineData("""{"kty":"RSA","kid":"odd","key_ops":[7,null,"sign"]}""")]
    [InlineData("""{"kty":"EC","kid":"\ud800"}""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("7")]
    public async Task Key_ThatIsOdd_KeepsNoOtherFromBeingUsed(string key)
    {
        _keys.KeySet = _tokens.KeySet.Replace("[", $"[{key},", StringComparison.Ordinal);
        await StartSteppedAsync();

        Assert.Equal(200, await StatusOfAsync(_tokens.ForUser(_user)));
        Assert.Equal(200, (await _api!.SendAsync(HttpMethod.Get, "/health/ready")).Status);
    }

    [Fact]
    public async Task KeySet_OfAMegabyte_IsNotRead()
    {
        _keys.KeySet = OneMegabyte();
        await StartAsync(waits: false);

        await Eventually.IsTrueAsync("the key set was asked for twice", _ => Task.FromResult(_keys.Fetches >= 2));
        Assert.Equal(503, await StatusOfAsync(_tokens.ForUser(_user)));
    }

    [Fact]
    public async Task Redirects_OfTheKeyServer_AreNotFollowed()
    {
        await using var elsewhere = await KeyServer.StartAsync();
        elsewhere.KeySet = _tokens.KeySet;
        _keys.MovedTo = elsewhere.Address + "/keys";
        await StartAsync(waits: false);

        await Eventually.IsTrueAsync("the key set was asked for twice", _ => Task.FromResult(_keys.Fetches >= 2));
        Assert.Equal(503, await StatusOfAsync(_tokens.ForUser(_user)));
        Assert.Equal(0, elsewhere.Requests);
    }

    [Fact]
    public async Task Discovery_OfAnotherIssuer_IsNotAccepted()
    {
        _keys.KeySet = _tokens.KeySet;
        await StartAsync(waits: false, ("Authentication:Authority", _keys.Address), ("Authentication:Issuer", _tokens.Issuer));

        await Eventually.IsTrueAsync("the issuer was asked twice", _ => Task.FromResult(_keys.Requests >= 2));
        Assert.Equal(503, await StatusOfAsync(_tokens.ForUser(_user)));
        Assert.Equal(0, _keys.Fetches);
    }

    [Fact]
    public async Task Token_WithoutAKeyId_IsOfTheOnlyKey()
    {
        await StartSteppedAsync();
        using var forge = new Forge(_clock);

        // The token is signed with another key than it names: the named key is found, and the token is refused.
        Assert.Equal(401, await StatusOfAsync(forge.Token("""{"alg":"ES256"}""")));
        Assert.Equal(200, await StatusOfAsync(_tokens.Sign(_tokens.Claims(null, ("sub", _user), ("role", "authenticated")), withKeyId: false)));
    }

    [Fact]
    public async Task KeyServer_ThatIsDownAtTheStart_MakesTheServiceUnreadyAndTokens503_UntilItIsBack()
    {
        _keys.KeySet = KeyServer.Broken;
        await StartAsync(waits: false);

        Assert.Equal(503, (await _api!.SendAsync(HttpMethod.Get, "/health/ready")).Status);
        var answer = await SendAsync(_tokens.ForUser(_user));
        Assert.Equal(503, answer.Status);
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);

        _keys.KeySet = _tokens.KeySet;
        await BecomesReadyAsync();
        Assert.Equal(200, await StatusOfAsync(_tokens.ForUser(_user)));
    }

    [Fact]
    public async Task Issuer_ThatPublishesNoKeys_MakesTheServiceUnready()
    {
        _keys.KeySet = KeyServer.NoKeys;
        await StartAsync(waits: false);

        Assert.Equal(503, (await _api!.SendAsync(HttpMethod.Get, "/health/ready")).Status);
        Assert.Equal(503, await StatusOfAsync(_tokens.ForUser(_user)));
    }

    private Task StartAsync(bool waits = true) =>
        StartAsync(waits, ("Authentication:JwksUrl", _keys.Address + "/keys"), ("Authentication:Issuer", _tokens.Issuer));

    private async Task StartAsync(bool waits, params (string Name, string Value)[] settings)
    {
        _api = await ApiHost.StartAsync(_grains, "Development", settings);
        if (waits) await BecomesReadyAsync();
    }

    // With a clock that the test moves.
    private async Task StartSteppedAsync()
    {
        _api = await ApiHost.StartAsync(
            _grains, _clock, "Development", ("Authentication:JwksUrl", _keys.Address + "/keys"), ("Authentication:Issuer", _tokens.Issuer));
        await _clock.FirstKeysAsync();
    }

    // A valid key set that is too long.
    private string OneMegabyte() => _tokens.KeySet[..^1] + ",\"padding\":\"" + new string('x', 1024 * 1024) + "\"}";

    private Task BecomesReadyAsync() => Eventually.IsTrueAsync(
        "the service is ready", async _ => (await _api!.SendAsync(HttpMethod.Get, "/health/ready")).Status == 200);

    private Task<Answer> SendAsync(string token) => _api!.SendWithTokenAsync(HttpMethod.Get, $"/api/user/reputation/{_user}", token);

    private async Task<int> StatusOfAsync(string token) => (await SendAsync(token)).Status;

    private string SignRsa(RSA rsa, string algorithm, HashAlgorithmName hash, RSASignaturePadding padding)
    {
        var header = JsonSerializer.SerializeToUtf8Bytes(new { alg = algorithm, typ = "JWT", kid = "r" });
        var claims = JsonSerializer.SerializeToUtf8Bytes(_tokens.Claims(null, ("sub", _user), ("role", "authenticated")));
        var content = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(claims)}";
        return $"{content}.{Base64Url.EncodeToString(rsa.SignData(Encoding.ASCII.GetBytes(content), hash, padding))}";
    }
}
