using Microsoft.Extensions.Options;
using Wingman.Api.Tests.Host;
using Wingman.Authentication;
using Wingman.Testing;

namespace Wingman.Api.Tests.Authentication;

/// <summary>Machines that sign in with a key of their own.</summary>
public sealed class ServiceKeyTests : IAsyncLifetime
{
    private const string Secret = "a shared secret of more than thirty-two bytes";
    private readonly StubGrains _grains = new();
    private readonly TestTokens _tokens = TestTokens.WithSharedSecret(Secret);
    private readonly List<ApiHost> _hosts = [];
    private readonly string _key = ServiceKey.Make();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var host in _hosts) await host.DisposeAsync();
        _tokens.Dispose();
    }

    [Fact]
    public async Task Key_IsTheServiceRole_WithoutAUser()
    {
        var api = await StartAsync(("backend", ServiceKey.HashOf(_key)));

        Assert.Equal(201, await PutMatchAsync(api, _key));
        // What only a participant may do is refused to a service key.
        Assert.Equal(403, (await SendAsync(api, HttpMethod.Get, $"/api/session/{Guid.NewGuid()}", _key)).Status);
    }

    [Fact]
    public async Task Keys_OldAndNew_AreValidAtOnceWhileTheyAreExchanged()
    {
        var next = ServiceKey.Make();
        var before = await StartAsync(("backend", ServiceKey.HashOf(_key)));
        Assert.Equal((201, 401), (await PutMatchAsync(before, _key), await PutMatchAsync(before, next)));

        var meanwhile = await StartAsync(("backend", $"{ServiceKey.HashOf(_key)}, {ServiceKey.HashOf(next).ToUpperInvariant()}"));
        Assert.Equal((201, 201), (await PutMatchAsync(meanwhile, _key), await PutMatchAsync(meanwhile, next)));

        var after = await StartAsync(("backend", ServiceKey.HashOf(next)));
        Assert.Equal((401, 201), (await PutMatchAsync(after, _key), await PutMatchAsync(after, next)));
    }

    [Fact]
    public async Task Keys_CanBeAList_AndSeveralMachinesHaveTheirOwn()
    {
        var (next, others) = (ServiceKey.Make(), ServiceKey.Make());
        var api = await StartAsync(
            ("backend:0", ServiceKey.HashOf(_key)), ("backend:1", ServiceKey.HashOf(next)), ("jobs", ServiceKey.HashOf(others)), ("later", ""));

        Assert.Equal(201, await PutMatchAsync(api, _key));
        Assert.Equal(201, await PutMatchAsync(api, next));
        Assert.Equal(201, await PutMatchAsync(api, others));
    }

    [Fact]
    public async Task Key_BesideAUsersToken_AddsNothingToIt()
    {
        var api = await StartAsync(("backend", ServiceKey.HashOf(_key)));

        Assert.Equal(403, await PutMatchAsync(api, _key, _tokens.ForUser(Guid.NewGuid())));
        Assert.Equal(201, await PutMatchAsync(api, "sb_publishable_0123456789", _tokens.ForService()));
    }

    [Fact]
    public async Task Key_InDevelopment_IsNotLookedAtBesideTestHeaders()
    {
        var api = await ApiHost.StartAsync(_grains, "Development", ("Authentication:ServiceKeys:backend", ServiceKey.HashOf(_key)));
        _hosts.Add(api);
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/match/{Guid.NewGuid()}");
        request.Headers.Add("apikey", _key);
        request.Headers.Add("X-Test-User-ID", Guid.NewGuid().ToString());

        Assert.Equal(403, (await api.SendAsync(request)).Status);
        Assert.Equal(201, await PutMatchAsync(api, _key));
    }

    [Theory]
    [InlineData("backend", "wm_secret_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("backend", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85")]
    [InlineData("backend:1", "g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    public async Task Setting_ThatIsNoHash_StopsTheStart_AndIsNotRepeated(string name, string value)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync((name, value)));

        Assert.Equal(
            "Authentication:ServiceKeys:backend must be the SHA-256 hash of a key (64 hexadecimal digits), or several separated by commas, "
            + "as ./wingman service-key backend prints them; never the key itself.",
            Assert.Single(refused.Failures));
    }

    [Fact]
    public async Task Setting_ThatIsTheHashOfNothing_StopsTheStart()
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(("backend", ServiceKey.HashOf(""))));

        Assert.Equal("Authentication:ServiceKeys:backend has the hash of an empty text, which is no key.", Assert.Single(refused.Failures));
    }

    [Fact]
    public async Task Setting_ThatIsAnothersKey_StopsTheStart()
    {
        var hash = ServiceKey.HashOf(_key);
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(("backend", hash), ("jobs", hash)));

        Assert.Equal(
            "Authentication:ServiceKeys:jobs has a hash that is set already, under Authentication:ServiceKeys:backend: each key has one name.",
            Assert.Single(refused.Failures));
    }

    [Fact]
    public async Task Setting_WithANameThatIsNone_StopsTheStart()
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(("the backend", ServiceKey.HashOf(_key))));

        Assert.Equal(
            "Authentication:ServiceKeys:the backend must have a name of at most 64 letters, digits, hyphens and underscores.",
            Assert.Single(refused.Failures));
    }

    [Fact]
    public async Task Verb_MakesAKeyThatSignsIn()
    {
        var (exitCode, output, error) = await ApiProcess.RunAsync(["service-key", "backend"], "Production");
        Assert.Equal((0, ""), (exitCode, error));
        var lines = output.Split('\n', StringSplitOptions.TrimEntries);
        var key = Assert.Single(lines, line => line.StartsWith("wm_secret_", StringComparison.Ordinal));
        var setting = Assert.Single(lines, line => line.StartsWith("Authentication__ServiceKeys__backend=", StringComparison.Ordinal));

        // 32 random bytes.
        Assert.Equal("wm_secret_".Length + 43, key.Length);
        var api = await StartAsync(("backend", setting.Split('=')[1]));
        Assert.Equal(201, await PutMatchAsync(api, key));
    }

    [Theory]
    [InlineData("backend", false)]
    [InlineData("the_backend2", false)]
    [InlineData("my-backend", true)]
    public async Task Verb_ForANameWhoseVariableAShellCannotExport_NamesAFile(string name, bool namesFile)
    {
        var (exitCode, output, error) = await ApiProcess.RunAsync(["service-key", name], "Production");

        Assert.Equal((0, ""), (exitCode, error));
        Assert.Contains($"  Authentication__ServiceKeys__{name}=", output, StringComparison.Ordinal);
        Assert.Equal(namesFile, output.Contains("in the directory that Wingman:SecretsPath names", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("service-key")]
    [InlineData("service-key a b")]
    [InlineData("service-key a:b")]
    [InlineData("service-key a__b")]
    public async Task Verb_AskedForWrongly_ShowsTheUsage(string arguments)
    {
        var (exitCode, output, error) = await ApiProcess.RunAsync(arguments.Split(' '), "Production");

        Assert.Equal((1, ""), (exitCode, output));
        Assert.StartsWith("Usage: service-key <name>", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_AreNeverTheSame()
    {
        var keys = Enumerable.Range(0, 100).Select(_ => ServiceKey.Make()).ToList();

        Assert.Equal(keys.Count, keys.Distinct().Count());
    }

    private async Task<ApiHost> StartAsync(params (string Name, string Value)[] keys)
    {
        var api = await ApiHost.StartAsync(
            _grains, "Production",
            [
                ("Authentication:SharedSecret", Secret), ("Authentication:Issuer", _tokens.Issuer),
                .. keys.Select(key => ($"Authentication:ServiceKeys:{key.Name}", key.Value)),
            ]);
        _hosts.Add(api);
        return api;
    }

    private static async Task<int> PutMatchAsync(ApiHost api, string key, string? token = null)
    {
        var body = $$"""{"user1_id":"{{Guid.NewGuid()}}","user2_id":"{{Guid.NewGuid()}}","status":"accepted"}""";
        return (await SendAsync(api, HttpMethod.Put, $"/api/match/{Guid.NewGuid()}", key, token, body)).Status;
    }

    private static Task<Answer> SendAsync(ApiHost api, HttpMethod method, string path, string key, string? token = null, string? json = null)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Add("apikey", key);
        if (token is not null) request.Headers.Add("Authorization", $"Bearer {token}");
        if (json is not null) request.Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        return api.SendAsync(request);
    }
}
