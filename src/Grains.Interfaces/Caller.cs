namespace Wingman;

/// <summary>Who makes a call, as the API has authenticated them.</summary>
/// <param name="User">The user, or null when the caller is the service role and names no user.</param>
/// <param name="IsService">Whether the caller holds the service role: the product's own backend.</param>
[GenerateSerializer, Immutable, Alias("caller")]
public readonly record struct Caller([property: Id(0)] UserId? User, [property: Id(1)] bool IsService);
