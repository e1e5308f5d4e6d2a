using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace Wingman.Authentication;

/// <summary>
/// Caches valid tokens, since checking a signature costs more than everything else a call does. A token is cached by its digest, for at
/// most a minute and never beyond its own expiry, and the entry is used only with the keys that the token was checked with. Refused
/// tokens are not cached: a caller who sends invented tokens could fill the memory.
/// </summary>
/// <param name="capacity">How many are cached at most; 0 caches none.</param>
/// <param name="time">The clock.</param>
internal sealed class VerifiedTokens(int capacity, TimeProvider time)
{
    /// <summary>How long a token is cached at most.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    // Two halves: when the newer half is full, the older half is dropped and the newer one becomes the older. This limits the number
    // of entries without an order of use, which every call would have to update.
    private readonly Lock _lock = new();
    private volatile Halves _halves = new(KeyRing.Empty, [], []);
    private int _addedToYounger;

    /// <summary>How many are cached now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _halves.Younger.Count + _halves.Older.Count;
        }
    }

    /// <summary>
    /// The result of authentication with a token that was checked with these keys, if it is cached. All requests with the token share it, so
    /// it must not be changed.
    /// </summary>
    public AuthenticateResult? Find(TokenDigest digest, KeyRing keys)
    {
        var halves = _halves;
        if (!ReferenceEquals(halves.Keys, keys)) return null;
        return (halves.Younger.TryGetValue(digest, out var entry) || halves.Older.TryGetValue(digest, out entry))
            && time.GetUtcNow() < entry.Until
            ? entry.Result
            : null;
    }

    /// <summary>Caches who a token that is valid with these keys is about.</summary>
    public void Add(TokenDigest digest, ClaimsIdentity identity, DateTimeOffset expiry, KeyRing keys)
    {
        var now = time.GetUtcNow();
        var until = expiry < now + Longest ? expiry : now + Longest;
        if (capacity < 2 || until <= now) return;
        // The bearer handler's own result has the expiry in the same place.
        var result = AuthenticateResult.Success(new AuthenticationTicket(
            new ClaimsPrincipal(identity), new AuthenticationProperties { ExpiresUtc = expiry }, JwtBearerDefaults.AuthenticationScheme));
        lock (_lock)
        {
            if (!ReferenceEquals(_halves.Keys, keys))
                (_halves, _addedToYounger) = (new(keys, [], []), 0);
            else if (_addedToYounger >= capacity / 2)
                (_halves, _addedToYounger) = (new(keys, [], _halves.Younger), 0);
            _halves.Younger[digest] = new(result, until);
            _addedToYounger++;
        }
    }

    private sealed record Entry(AuthenticateResult Result, DateTimeOffset Until);

    private sealed record Halves(KeyRing Keys, ConcurrentDictionary<TokenDigest, Entry> Younger, ConcurrentDictionary<TokenDigest, Entry> Older);
}
