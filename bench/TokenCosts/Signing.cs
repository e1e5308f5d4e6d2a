namespace Wingman.TokenCosts;

/// <summary>How a caller signs in.</summary>
internal enum Signing
{
    /// <summary>A token of a published P-256 key.</summary>
    Es256,

    /// <summary>A token of a published RSA key of 2048 bits.</summary>
    Rs256,

    /// <summary>A token of a shared secret.</summary>
    Hs256,

    /// <summary>A machine's key.</summary>
    ServiceKey,

    /// <summary>Development's headers.</summary>
    TestHeaders,
}
