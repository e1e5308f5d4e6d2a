using System.Collections.Frozen;
using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace Wingman.Authentication;

/// <summary>
/// The keys that tokens are checked with at one time, each for exactly one algorithm. A ring never changes: new keys make a new ring, and
/// a cached result about a token is valid only as long as the current ring is the one that the token was checked with.
/// </summary>
internal sealed class KeyRing
{
    /// <summary>No keys, so that no token can be checked.</summary>
    public static readonly KeyRing Empty = new([]);

    private readonly FrozenDictionary<(string KeyId, string Algorithm), SecurityKey> _byName;
    private readonly SecurityKey? _only;
    private readonly string? _onlyAlgorithm;
    private readonly bool _isShared;

    /// <summary>The keys of an issuer. Two keys of one id and one algorithm are ambiguous: neither is used.</summary>
    public KeyRing(IReadOnlyCollection<(string? KeyId, string Algorithm, SecurityKey Key)> keys)
    {
        _byName = keys.Where(key => key.KeyId is not null)
            .GroupBy(key => (key.KeyId!, key.Algorithm), key => key.Key)
            .Where(group => group.Count() == 1)
            .ToFrozenDictionary(group => group.Key, group => group.Single());
        Count = _byName.Count;
        if (keys.Count != 1) return;
        Count = 1;
        (_, _onlyAlgorithm, _only) = keys.Single();
    }

    private KeyRing(SecurityKey shared)
    {
        _byName = FrozenDictionary<(string, string), SecurityKey>.Empty;
        (_only, _onlyAlgorithm, _isShared, Count) = (shared, SecurityAlgorithms.HmacSha256, true, 1);
    }

    /// <summary>How many keys can be used.</summary>
    public int Count { get; }

    /// <summary>A secret that signs with HS256. As there is only one, a token's key id is ignored.</summary>
    public static KeyRing OfSecret(string secret) => new(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(secret)));

    /// <summary>The key for a token's header, or null. For a token without a key id it is the only key, if there is only one.</summary>
    public SecurityKey? Find(string algorithm, string? keyId)
    {
        if (keyId is null || _isShared) return algorithm == _onlyAlgorithm ? _only : null;
        return _byName.GetValueOrDefault((keyId, algorithm));
    }
}
