using System.Buffers.Text;
using System.Text;
using Wingman.Api.Tests.Host;
using Wingman.Sessions;
using Wingman.Testing;

namespace Wingman.Api.Tests.Authentication;

/// <summary>Tokens signed with the shared secret, outside Development.</summary>
public sealed class SharedSecretTests : IAsyncLifetime
{
    private const string Secret = "a shared secret of more than thirty-two bytes";
    private static readonly string[] TwoRoles = ["authenticated", "service_role"];
    private readonly StubGrains _grains = new();
    private readonly TestTokens _tokens = TestTokens.WithSharedSecret(Secret);
    private readonly Guid _user = Guid.NewGuid();
    private ApiHost _api = null!;

    public async Task InitializeAsync() => _api = await ApiHost.StartAsync(
        _grains, "Production", ("Authentication:SharedSecret", Secret), ("Authentication:Issuer", _tokens.Issuer));

    public async Task DisposeAsync()
    {
        _tokens.Dispose();
        await _api.DisposeAsync();
    }

    [Fact]
    public async Task Token_OfAUser_IsThatUser()
    {
        UserId? seen = null;
        _grains.Confirm = (_, user) =>
        {
            seen = user;
            return Task.FromResult(new ConfirmCompletionResult(ConfirmOutcome.AlreadyCompleted, SessionStatus.Completed));
        };

        var answer = await _api.SendWithTokenAsync(
            HttpMethod.Post, "/api/session/confirm-completion", _tokens.ForUser(_user), $$"""{"session_id":"{{Guid.NewGuid()}}"}""");

        Assert.Equal(200, answer.Status);
        Assert.Equal(new UserId(_user), seen);
    }

    [Fact]
    public async Task Token_OfTheServiceRole_MayRegisterMatches_AndAUsersMayNot()
    {
        var body = $$"""{"user1_id":"{{Guid.NewGuid()}}","user2_id":"{{Guid.NewGuid()}}","status":"accepted"}""";

        Assert.Equal(201, await PutMatchAsync(_tokens.ForService(), body));
        Assert.Equal(201, await PutMatchAsync(_tokens.Sign(_tokens.Claims(null, ("sub", _user), ("role", "service_role"))), body));
        Assert.Equal(403, await PutMatchAsync(_tokens.ForUser(_user), body));
    }

    public static TheoryData<string, (string, object?)[]> RefusedClaims => new()
    {
        { "no subject", [("role", "authenticated")] },
        { "a subject that is no UUID", [("sub", "admin"), ("role", "authenticated")] },
        { "a subject in braces", [("sub", "{6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11}"), ("role", "authenticated")] },
        { "a service role with a subject that is no UUID", [("sub", "admin"), ("role", "service_role")] },
        { "no role", [("sub", User)] },
        { "the role anon", [("sub", User), ("role", "anon")] },
        { "a role in another case", [("sub", User), ("role", "Service_Role")] },
        { "two roles", [("sub", User), ("role", TwoRoles)] },
        { "an anonymous user", [("sub", User), ("role", "authenticated"), ("is_anonymous", true)] },
        { "an anonymous user in words", [("sub", User), ("role", "authenticated"), ("is_anonymous", "true")] },
        { "another issuer", [("sub", User), ("role", "authenticated"), ("iss", "https://elsewhere.test")] },
        { "Supabase's API key issuer", [("role", "service_role"), ("iss", "supabase")] },
        { "no issuer", [("sub", User), ("role", "authenticated"), ("iss", null)] },
        { "another audience", [("sub", User), ("role", "authenticated"), ("aud", "anon")] },
        { "no audience", [("sub", User), ("role", "authenticated"), ("aud", null)] },
        { "no expiry", [("sub", User), ("role", "authenticated"), ("exp", null)] },
        { "not yet valid", [("sub", User), ("role", "authenticated"), ("nbf", DateTimeOffset.MaxValue.ToUnixTimeSeconds() / 2)] },
    };

    private const string User = "6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11";

    [Theory]
    [MemberData(nameof(RefusedClaims), DisableDiscoveryEnumeration = true)]
    public async Task Token_WithClaimsThatAreNotAccepted_Is401(string what, (string, object?)[] claims) =>
        await AssertRefusedAsync(what, _tokens.Sign(_tokens.Claims(null, claims)));

    [Theory]
    [InlineData(-31)]
    [InlineData(-240)]
    public async Task Token_ThatIsExpired_Is401(int secondsLeft) =>
        await AssertRefusedAsync("expired", _tokens.ForUser(_user, TimeSpan.FromSeconds(secondsLeft)));

    [Fact]
    public async Task Token_WithAForgedSignature_Is401()
    {
        using var others = TestTokens.WithSharedSecret("another secret of more than thirty-two bytes");
        await AssertRefusedAsync("another secret", others.ForUser(_user));

        var parts = _tokens.ForUser(_user).Split('.');
        await AssertRefusedAsync("no signature", $"{parts[0]}.{parts[1]}.");
        var none = Base64Url.EncodeToString(Encoding.UTF8.GetBytes("""{"alg":"none","typ":"JWT"}"""));
        await AssertRefusedAsync("alg none", $"{none}.{parts[1]}.");
        await AssertRefusedAsync("alg none with a signature", $"{none}.{parts[1]}.{parts[2]}");
        var longer = Base64Url.EncodeToString(Encoding.UTF8.GetBytes("""{"alg":"HS512","typ":"JWT"}"""));
        await AssertRefusedAsync("another algorithm", $"{longer}.{parts[1]}.{parts[2]}");
        using var asymmetric = TestTokens.WithNewKey();
        await AssertRefusedAsync("ES256", asymmetric.ForUser(_user));
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer nonsense")]
    [InlineData("Bearer a.b.c")]
    [InlineData("Basic dXNlcjpwYXNz")]
    public async Task Authorization_ThatIsNoToken_Is401(string value)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/api/user/reputation/{_user}");
        request.Headers.TryAddWithoutValidation("Authorization", value);

        Assert.Equal(401, (await _api.SendAsync(request)).Status);
    }

    [Fact]
    public async Task TestHeaders_OutsideDevelopment_AreNothing()
    {
        var answer = await _api.SendAsync(HttpMethod.Get, $"/api/user/reputation/{_user}", user: _user, role: "service_role");

        Assert.Equal(401, answer.Status);
    }

    private async Task AssertRefusedAsync(string what, string token)
    {
        var answer = await _api.SendWithTokenAsync(HttpMethod.Post, "/api/session/confirm-completion", token, "{");

        Assert.True(answer.Status == 401, $"{what}: {answer.Status} {answer.Body}");
        Assert.Equal("""{"detail":"Authentication required. Please log in to access this resource."}""", answer.Body);
        // The answer does not say why.
        Assert.Equal("Bearer", Assert.Single(answer.Headers.WwwAuthenticate).ToString());
        Assert.Equal(0, _grains.Calls);
    }

    private async Task<int> PutMatchAsync(string token, string body) =>
        (await _api.SendWithTokenAsync(HttpMethod.Put, $"/api/match/{Guid.NewGuid()}", token, body)).Status;
}
