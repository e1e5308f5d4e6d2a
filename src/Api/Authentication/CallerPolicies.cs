namespace Wingman.Authentication;

/// <summary>The policies that endpoints name with <c>RequireAuthorization</c>. Without a name: every caller who has signed in.</summary>
internal static class CallerPolicies
{
    /// <summary>The product's own backend only.</summary>
    public const string Service = "service";
}
