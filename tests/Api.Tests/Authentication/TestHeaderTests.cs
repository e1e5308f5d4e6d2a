using Wingman.Api.Tests.Host;
using Wingman.Testing;

namespace Wingman.Api.Tests.Authentication;

/// <summary>In Development a caller may say who they are.</summary>
public sealed class TestHeaderTests : StubbedApi
{
    [Theory]
    [InlineData("nonsense", null)]
    [InlineData("------------------------------------", null)]
    [InlineData("6f1b9d527c1c4a4e9a580c9a3c5d2e11", null)]
    [InlineData("nonsense", "service_role")]
    [InlineData("6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11", "admin")]
    [InlineData("6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11", "SERVICE_ROLE")]
    [InlineData("", null)]
    [InlineData(null, "authenticated")]
    [InlineData(null, null)]
    public async Task Headers_ThatNameNobody_Are401(string? user, string? role)
    {
        var answer = await SendAsync(user, role, token: null);

        AssertDetail(401, "Authentication required. Please log in to access this resource.", answer);
    }

    [Theory]
    [InlineData("6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11", null)]
    [InlineData("6F1B9D52-7C1C-4A4E-9A58-0C9A3C5D2E11", "authenticated")]
    [InlineData("6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11", "service_role")]
    [InlineData(null, "service_role")]
    public async Task Headers_ThatNameSomebody_AreAccepted(string? user, string? role) =>
        Assert.Equal(200, (await SendAsync(user, role, token: null)).Status);

    [Fact]
    public async Task Headers_BesideAToken_AreNotLookedAt()
    {
        using var tokens = TestTokens.WithSharedSecret("not the secret of this service, but long enough");

        Assert.Equal(401, (await SendAsync(User.ToString(), null, tokens.ForUser(User))).Status);
    }

    [Fact]
    public async Task Headers_SwitchedOff_AreNothing()
    {
        await using var api = await ApiHost.StartAsync(Grains, "Development", ("Authentication:TestHeaders", "false"));

        Assert.Equal(401, (await api.SendAsync(HttpMethod.Get, $"/api/user/reputation/{User}", user: User)).Status);
    }

    private Task<Answer> SendAsync(string? user, string? role, string? token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/api/user/reputation/{User}");
        if (user is not null) request.Headers.TryAddWithoutValidation("X-Test-User-ID", user);
        if (role is not null) request.Headers.TryAddWithoutValidation("X-Test-Role", role);
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        return Api.SendAsync(request);
    }
}
