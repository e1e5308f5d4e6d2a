using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace Wingman.Silo.Operations.SignIn;

/// <summary>
/// Who may open the operators' pages: callers who have signed in as an operator that is still configured. In Development, as long as no
/// operator is configured, everybody on this machine.
/// </summary>
internal sealed class OperatorPolicy(IOptions<OperatorSettings> operators, IHostEnvironment environment)
    : AuthorizationHandler<OperatorPolicy.Requirement>
{
    /// <summary>The policy's name, and that of the sign-in's scheme.</summary>
    public const string Name = "Operator";

    private const string SecretClaim = "secret";

    /// <summary>Builds the policy. No other scheme's user counts: a user's or a machine's token gives no access here.</summary>
    public static void Build(AuthorizationPolicyBuilder policy) => policy.AddAuthenticationSchemes(Name).AddRequirements(new Requirement());

    /// <summary>Whether a request needs no sign-in.</summary>
    public bool IsOpenTo(HttpContext http) =>
        environment.IsDevelopment() && operators.Value.Hashes.Count == 0
        && http.Connection.RemoteIpAddress is { } remote && IPAddress.IsLoopback(remote)
        // A page of another site whose name was made to resolve to this machine (DNS rebinding) sends that name as the host.
        && IsLoopback(http.Request.Host.Host);

    /// <summary>An operator who signs in.</summary>
    /// <param name="name">The operator's name.</param>
    /// <param name="hash">The configured hash of the secret that was given.</param>
    public static ClaimsPrincipal PrincipalOf(string name, string hash) =>
        new(new ClaimsIdentity([new(ClaimTypes.Name, name), new(SecretClaim, OperatorSecret.NameOf(hash))], Name));

    /// <summary>The operator who has signed in, or null. A sign-in ends when its secret is no longer configured.</summary>
    public async Task<string?> FindAsync(HttpContext http)
    {
        var result = await http.AuthenticateAsync(Name);
        return result.Principal is { Identity.Name: { } name } principal
            && operators.Value.Hashes.TryGetValue(name, out var hashes)
            && Array.Exists(hashes, hash => principal.HasClaim(SecretClaim, OperatorSecret.NameOf(hash)))
            ? name
            : null;
    }

    /// <inheritdoc/>
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, Requirement requirement)
    {
        if (context.Resource is HttpContext http && (IsOpenTo(http) || await FindAsync(http) is not null)) context.Succeed(requirement);
    }

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>What the policy asks for.</summary>
    internal sealed class Requirement : IAuthorizationRequirement;
}
