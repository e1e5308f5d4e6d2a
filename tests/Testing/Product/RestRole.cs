namespace Wingman.Testing.Product;

/// <summary>The roles that the REST layer switches to.</summary>
public enum RestRole
{
    /// <summary><c>anon</c>: a caller who is not signed in.</summary>
    Anonymous,

    /// <summary><c>authenticated</c>: a signed-in user.</summary>
    Authenticated,

    /// <summary><c>service_role</c>: the product's own backend, which bypasses row-level security.</summary>
    Service,
}
