using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Wingman.Api.Tests.Host;
using Wingman.Authentication;
using Wingman.Testing;

namespace Wingman.Api.Tests.Authentication;

/// <summary>ASP.NET's own authorization on top of the callers: RequireAuthorization, AllowAnonymous, the policy for the service.</summary>
public sealed class PolicyTests : IAsyncLifetime
{
    private const string Secret = "a shared secret of more than thirty-two bytes";
    private static readonly string Unauthorized = RefusalCodes.BodyOf("Authentication required. Please log in to access this resource.");
    private static readonly string Forbidden = RefusalCodes.BodyOf("Access denied - service role required");
    private readonly TestTokens _tokens = TestTokens.WithSharedSecret(Secret);
    private readonly string _key = ServiceKey.Make();
    private readonly Guid _user = Guid.NewGuid();
    private FrontDoorHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await FrontDoorHost.StartAsync(
            static app =>
            {
                var group = app.MapGroup("").RequireAuthorization();
                group.MapGet("/any", (HttpContext http) => $"{http.User.Identity!.Name} {CallerClaims.Read(http.User)}");
                group.MapGet("/service", () => "").RequireAuthorization(CallerPolicies.Service);
                group.MapGet("/open", (HttpContext http) => CallerClaims.Read(http.User) is null ? "nobody" : "somebody").AllowAnonymous();
            },
            ("Authentication:SharedSecret", Secret),
            ("Authentication:Issuer", _tokens.Issuer),
            ("Authentication:ServiceKeys:backend", ServiceKey.HashOf(_key)));
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        _tokens.Dispose();
    }

    [Fact]
    public async Task Nobody_IsRefusedInTheApisWords_AndMayReadWhatIsOpen()
    {
        Assert.Equal((401, Unauthorized), await GetAsync("/any"));
        Assert.Equal((401, Unauthorized), await GetAsync("/service"));
        Assert.Equal((401, Unauthorized), await GetAsync("/any", ("Authorization", "Bearer x")));
        Assert.Equal((401, Unauthorized), await GetAsync("/any", ("apikey", "x")));
        Assert.Equal((401, Unauthorized), await GetAsync("/any", ("X-Test-User-ID", "test-user-123")));
        Assert.Equal((200, "nobody"), await GetAsync("/open"));
        // An open endpoint also serves callers with an invalid credential, because the web app sends such credentials.
        Assert.Equal((200, "nobody"), await GetAsync("/open", ("Authorization", "Bearer x")));
        Assert.Equal((200, "nobody"), await GetAsync("/open", ("X-Test-User-ID", "test-user-123")));
    }

    [Fact]
    public async Task User_IsAUser_HoweverSignedIn()
    {
        foreach (var header in new[] { ("Authorization", $"Bearer {_tokens.ForUser(_user)}"), ("X-Test-User-ID", _user.ToString()) })
        {
            Assert.Equal((200, $"{_user} {new Caller(new UserId(_user), IsService: false)}"), await GetAsync("/any", header));
            Assert.Equal((403, Forbidden), await GetAsync("/service", header));
            Assert.Equal((200, "somebody"), await GetAsync("/open", header));
        }
    }

    [Fact]
    public async Task Service_IsTheService_HoweverSignedIn()
    {
        foreach (var header in new[] { ("Authorization", $"Bearer {_tokens.ForService()}"), ("X-Test-Role", "service_role"), ("apikey", _key) })
        {
            var name = header.Item1 == "apikey" ? "backend" : "";
            Assert.Equal((200, $"{name} {new Caller(User: null, IsService: true)}"), await GetAsync("/any", header));
            Assert.Equal((200, ""), await GetAsync("/service", header));
        }
    }

    [Fact]
    public async Task Refusal_OfEveryScheme_NamesTheBearerScheme()
    {
        foreach (var (name, value) in new[] { ("Authorization", "Bearer x"), ("X-Test-Role", "x"), ("apikey", "x"), ("X-Other", "x") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/any") { Headers = { { name, value } } };
            using var response = await _host.Client.SendAsync(request);
            Assert.Equal("Bearer", Assert.Single(response.Headers.WwwAuthenticate).ToString());
        }
    }

    private async Task<(int Status, string Body)> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        using var response = await _host.Client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
