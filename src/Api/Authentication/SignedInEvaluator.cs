using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Wingman.Authentication;

/// <summary>
/// ASP.NET's evaluation of policies, with a short cut for the policy that nearly every endpoint has: that the caller has signed in.
/// ASP.NET's own evaluation of it allocates a kilobyte per request.
/// </summary>
internal sealed class SignedInEvaluator(IAuthorizationService authorization) : PolicyEvaluator(authorization)
{
    private static readonly Task<PolicyAuthorizationResult> Success = Task.FromResult(PolicyAuthorizationResult.Success());
    private static readonly Task<PolicyAuthorizationResult> Challenge = Task.FromResult(PolicyAuthorizationResult.Challenge());

    /// <inheritdoc/>
    public override Task<PolicyAuthorizationResult> AuthorizeAsync(
        AuthorizationPolicy policy, AuthenticateResult authenticationResult, HttpContext context, object? resource)
    {
        if (policy.Requirements is not [DenyAnonymousAuthorizationRequirement])
            return base.AuthorizeAsync(policy, authenticationResult, context, resource);
        return context.User.Identity is { IsAuthenticated: true } ? Success : Challenge;
    }
}
