using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Options;
using Wingman.Silo.Operations.SignIn;

namespace Wingman.SystemTests.Operators;

/// <summary>How long a sign-in counts that was made with a secret which has been exchanged since.</summary>
public sealed class OperatorPolicyTests
{
    private const string Operator = "alice";
    private static readonly string OldHash = OperatorSecret.HashOf("the old secret");
    private static readonly string NewHash = OperatorSecret.HashOf("the new secret");

    [Fact]
    public async Task SignIn_WhileBothSecretsAreConfigured_Counts() => Assert.Equal(Operator, await FindAsync(Operator, OldHash, NewHash));

    [Fact]
    public async Task SignIn_WhenItsSecretIsNoLongerConfigured_IsOver() => Assert.Null(await FindAsync(Operator, NewHash));

    [Fact]
    public async Task SignIn_WhenItsOperatorIsNoLongerConfigured_IsOver() => Assert.Null(await FindAsync("bob", OldHash));

    /// <summary>Whom a sign-in with the old secret shows, where these hashes are configured.</summary>
    private static async Task<string?> FindAsync(string configured, params string[] hashes)
    {
        var settings = new OperatorSettings { Hashes = new Dictionary<string, string[]> { [configured] = hashes } };
        var policy = new OperatorPolicy(Options.Create(settings), new HostingEnvironment { EnvironmentName = "Production" });
        var signIn = new SignIn(OperatorPolicy.PrincipalOf(Operator, OldHash));
        await using var services = new ServiceCollection().AddSingleton<IAuthenticationService>(signIn).BuildServiceProvider();
        return await policy.FindAsync(new DefaultHttpContext { RequestServices = services });
    }

    /// <summary>A cookie that is valid.</summary>
    private sealed class SignIn(ClaimsPrincipal principal) : IAuthenticationService
    {
        public Task<AuthenticateResult> AuthenticateAsync(HttpContext context, string? scheme) =>
            Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(principal, OperatorPolicy.Name)));

        public Task ChallengeAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) => throw new NotSupportedException();

        public Task ForbidAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) => throw new NotSupportedException();

        public Task SignInAsync(HttpContext context, string? scheme, ClaimsPrincipal principal, AuthenticationProperties? properties) => throw new NotSupportedException();

        public Task SignOutAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) => throw new NotSupportedException();
    }
}
