using System.Collections.Concurrent;

namespace Wingman.Authentication;

/// <summary>
/// Remembers tokens that were found good, since checking a signature costs more than everything else a call does. A token is
/// remembered by its digest, for at most a minute and never beyond its own expiry, and only with the keys it was checked with. Tokens
/// that were refused are not cached: a caller who sends invented tokens would fill the memory.
/// </summary>
/// <param name="capacity">How many are remembered at most; 0 remembers none.</param>
/// <param name="time">The clock.</param>
internal sealed class VerifiedTokens(int capacity, TimeProvider time)
{
    /// <summary>How long a token is remembered at most.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    // Two halves: when the younger is full, the older is dropped whole and the younger takes its place. This bounds the number
    // without keeping an order of use, which every call would have to change.
    private readonly Lock _lock = new();
    private volatile Halves _halves = new(KeyRing.Empty, [], []);
    private int _addedToYounger;

    /// <summary>How many are remembered now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _halves.Younger.Count + _halves.Older.Count;
        }
    }

    /// <summary>Whether the token was found good with these keys lately; then what was found.</summary>
    public VerifiedToken? Find(TokenDigest digest, KeyRing keys)
    {
        var halves = _halves;
        if (!ReferenceEquals(halves.Keys, keys))
            return null;
        return (halves.Younger.TryGetValue(digest, out var entry) || halves.Older.TryGetValue(digest, out entry))
            && time.GetUtcNow() < entry.Until
            ? entry.Token
            : null;
    }

    /// <summary>Remembers a token that was found good with these keys.</summary>
    public void Add(TokenDigest digest, VerifiedToken token, KeyRing keys)
    {
        var now = time.GetUtcNow();
        var expiry = new DateTimeOffset(token.ValidTo, TimeSpan.Zero);
        var until = expiry < now + Longest ? expiry : now + Longest;
        if (capacity < 2 || until <= now)
            return;
        lock (_lock)
        {
            if (!ReferenceEquals(_halves.Keys, keys))
                (_halves, _addedToYounger) = (new(keys, [], []), 0);
            else if (_addedToYounger >= capacity / 2)
                (_halves, _addedToYounger) = (new(keys, [], _halves.Younger), 0);
            _halves.Younger[digest] = new(token, until);
            _addedToYounger++;
        }
    }

    private sealed record Entry(VerifiedToken Token, DateTimeOffset Until);

    private sealed record Halves(KeyRing Keys, ConcurrentDictionary<TokenDigest, Entry> Younger, ConcurrentDictionary<TokenDigest, Entry> Older);
}
