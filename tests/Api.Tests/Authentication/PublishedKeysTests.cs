using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Wingman.Api.Tests.Host;
using Wingman.Authentication;
using Wingman.Testing;

namespace Wingman.Api.Tests.Authentication;

/// <summary>Tokens signed with keys that an issuer publishes and changes.</summary>
public sealed class PublishedKeysTests : IAsyncLifetime
{
    private readonly StubGrains _grains = new();
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
        if (_api is not null)
            await _api.DisposeAsync();
        await _keys.DisposeAsync();
    }

    [Fact]
    public async Task Token_WithAPublishedKey_IsBelieved()
    {
        await StartAsync();

        Assert.Equal(200, await StatusOfAsync(_tokens.ForUser(_user)));
        Assert.Equal(200, await StatusOfAsync(_tokens.ForUser(_user)));
        Assert.Equal(1, _keys.Fetches);
    }

    [Fact]
    public async Task Token_OfAnAuthorityWithDiscovery_IsBelieved()
    {
        await StartAsync(("Authentication:Authority", _keys.Address));

        Assert.Equal(200, await StatusOfAsync(_tokens.Sign(_tokens.Claims(null, ("sub", _user), ("role", "authenticated"), ("iss", _keys.Address)))));
        Assert.Equal(401, await StatusOfAsync(_tokens.ForUser(_user)));
    }

    [Fact]
    public async Task Token_SignedWithRs256_IsBelieved_AndAWeakerAlgorithmIsNot()
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

    [Fact]
    public async Task Token_SignedWithThePublicKeyAsASecret_Is401()
    {
        await StartAsync();
        Assert.Equal(200, await StatusOfAsync(_tokens.ForUser(_user)));

        using var json = JsonDocument.Parse(_tokens.KeySet);
        var published = json.RootElement.GetProperty("keys")[0].GetRawText();
        foreach (var secret in new[] { _tokens.KeySet, published })
        {
            using var forged = TestTokens.WithSharedSecret(secret);
            Assert.Equal(401, await StatusOfAsync(forged.ForUser(_user)));
        }
    }

    [Fact]
    public async Task Key_ThatIsNew_IsFetchedWhenATokenNamesIt_AndTheOldOneIsForgotten()
    {
        await StartAsync();
        Assert.Equal(200, await StatusOfAsync(_tokens.ForUser(_user)));
        // Between two fetches for unknown keys there are 30 s; the test does not wait for them.
        Services.Source!.RefreshInterval = TimeSpan.FromSeconds(1);

        using var next = TestTokens.WithNewKey();
        _keys.KeySet = next.KeySet;

        await Eventually.BecomesAsync("the new key is known", async _ => await StatusOfAsync(next.ForUser(_user)), status => status == 200);
        await Eventually.BecomesAsync("the old key is forgotten", async _ => await StatusOfAsync(_tokens.ForUser(_user)), status => status == 401);
    }

    [Fact]
    public async Task Keys_UnknownToTheIssuer_AreNotFetchedForEveryToken()
    {
        await StartAsync();
        Assert.Equal(200, await StatusOfAsync(_tokens.ForUser(_user)));

        using var stranger = TestTokens.WithNewKey();
        for (var i = 0; i < 20; i++)
            Assert.Equal(401, await StatusOfAsync(stranger.ForUser(_user)));

        Assert.InRange(_keys.Fetches, 1, 2);
    }

    [Fact]
    public async Task KeyServer_ThatIsDownAtTheStart_MakesTheServiceUnreadyAndTokens503_UntilItIsBack()
    {
        _keys.KeySet = KeyServer.Broken;
        await StartAsync();

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
        await StartAsync();

        Assert.Equal(503, (await _api!.SendAsync(HttpMethod.Get, "/health/ready")).Status);
        Assert.Equal(503, await StatusOfAsync(_tokens.ForUser(_user)));
    }

    private SigningKeys Services => _api!.Services.GetRequiredService<SigningKeys>();

    private Task StartAsync() => StartAsync(("Authentication:JwksUrl", _keys.Address + "/keys"), ("Authentication:Issuer", _tokens.Issuer));

    private async Task StartAsync(params (string Name, string Value)[] settings)
    {
        _api = await ApiHost.StartAsync(_grains, "Development", settings);
        if (_keys.HasKeys)
            await BecomesReadyAsync();
    }

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
