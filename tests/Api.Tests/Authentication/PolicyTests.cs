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
                group.MapGet("/service", () => "").RequireAuthorization(CallerClaims.ServicePolicy);
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

    [Theory]
    [InlineData("/any", "X-Other", "x")]
    [InlineData("/any", "Authorization", "Bearer x")]
    [InlineData("/any", "apikey", "x")]
    [InlineData("/any", "X-Test-User-ID", "test-user-123")]
    [InlineData("/any", "X-Test-Role", "x")]
    [InlineData("/service", "X-Other", "x")]
    public async Task Nobody_IsRefusedInTheApisWords_WithTheBearerScheme(string path, string header, string value)
    {
        var (status, body, scheme) = await GetAsync(path, header, value);

        Assert.Equal((401, Unauthorized, "Bearer"), (status, body, scheme));
    }

    // An open endpoint also serves callers with an invalid credential, because the web app sends such credentials.
    [Theory]
    [InlineData("X-Other", "x")]
    [InlineData("Authorization", "Bearer x")]
    [InlineData("X-Test-User-ID", "test-user-123")]
    public async Task Nobody_MayReadWhatIsOpen(string header, string value)
    {
        var (status, body, _) = await GetAsync("/open", header, value);

        Assert.Equal((200, "nobody"), (status, body));
    }

    [Theory]
    [InlineData("Authorization")]
    [InlineData("X-Test-User-ID")]
    public async Task User_IsAUser_HoweverSignedIn(string header)
    {
        var value = header == "Authorization" ? $"Bearer {_tokens.ForUser(_user)}" : _user.ToString();

        var any = await GetAsync("/any", header, value);
        var service = await GetAsync("/service", header, value);
        var open = await GetAsync("/open", header, value);

        Assert.Equal((200, $"{_user} {new Caller(new UserId(_user), IsService: false)}"), (any.Status, any.Body));
        Assert.Equal((403, Forbidden), (service.Status, service.Body));
        Assert.Equal((200, "somebody"), (open.Status, open.Body));
    }

    [Theory]
    [InlineData("Authorization", "")]
    [InlineData("X-Test-Role", "")]
    [InlineData("apikey", "backend")]
    public async Task Service_IsTheService_HoweverSignedIn(string header, string name)
    {
        var value = header switch { "Authorization" => $"Bearer {_tokens.ForService()}", "apikey" => _key, _ => "service_role" };

        var any = await GetAsync("/any", header, value);
        var service = await GetAsync("/service", header, value);

        Assert.Equal((200, $"{name} {new Caller(User: null, IsService: true)}"), (any.Status, any.Body));
        Assert.Equal(200, service.Status);
    }

    private async Task<(int Status, string Body, string? Scheme)> GetAsync(string path, string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { header, value } } };
        using var response = await _host.Client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.WwwAuthenticate.SingleOrDefault()?.ToString());
    }
}
