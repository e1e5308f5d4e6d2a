using Wingman.Api.Tests.Host;
using Wingman.Authentication;
using Wingman.Testing;

namespace Wingman.Api.Tests.Authentication;

/// <summary>Integrators see whom their credentials identify.</summary>
public sealed class GetCallerTests : IAsyncLifetime
{
    private const string Secret = "a shared secret of more than thirty-two bytes";
    private readonly TestTokens _tokens = TestTokens.WithSharedSecret(Secret);
    private readonly string _key = ServiceKey.Make();
    private ApiHost _api = null!;

    public async Task InitializeAsync() => _api = await ApiHost.StartAsync(
        new StubGrains(), "Production", ("Authentication:SharedSecret", Secret), ("Authentication:Issuer", _tokens.Issuer),
        ("Authentication:ServiceKeys:backend", ServiceKey.HashOf(_key)));

    public async Task DisposeAsync()
    {
        _tokens.Dispose();
        await _api.DisposeAsync();
    }

    [Fact]
    public async Task Token_OfAUser_IsThatUser()
    {
        var user = Guid.NewGuid();

        var answer = await _api.SendWithTokenAsync(HttpMethod.Get, "/api/caller", _tokens.ForUser(user));

        Assert.Equal((200, $$"""{"user_id":"{{user}}","role":"authenticated"}"""), (answer.Status, answer.Body));
    }

    [Fact]
    public async Task Token_OfTheServiceRole_HasNoUser()
    {
        var answer = await _api.SendWithTokenAsync(HttpMethod.Get, "/api/caller", _tokens.ForService());

        Assert.Equal((200, """{"user_id":null,"role":"service_role"}"""), (answer.Status, answer.Body));
    }

    [Fact]
    public async Task Key_OfAMachine_IsTheServiceRole()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/caller");
        request.Headers.Add("apikey", _key);

        var answer = await _api.SendAsync(request);

        Assert.Equal((200, """{"user_id":null,"role":"service_role"}"""), (answer.Status, answer.Body));
    }
}
