using System.Collections.Concurrent;

namespace Wingman.Reputation;

/// <summary>
/// The reputations that are active in this silo. A session that ends invalidates their cached counts here, without a call. Most
/// users' reputations are not active when a session of theirs ends: a call would activate them only to invalidate a count that
/// they do not have.
/// </summary>
/// <param name="membership">Which silos there are.</param>
internal sealed class ActiveReputations(IClusterMembershipService membership)
{
    private readonly ConcurrentDictionary<UserId, UserReputationGrain> _active = [];
    private volatile View _view = new(null, false);

    /// <summary>
    /// Adds an activation. To be called before it counts for the first time: a session that has ended by then is in that count, and a
    /// session that ends later invalidates it.
    /// </summary>
    public void Add(UserId user, UserReputationGrain reputation) => _active[user] = reputation;

    /// <summary>Removes an activation that ends. To be called before the user's reputation can be activated in another silo.</summary>
    public void Remove(UserId user, UserReputationGrain reputation) => _active.TryRemove(new(user, reputation));

    /// <summary>Invalidates the cached count of a user, if it can only be in this silo.</summary>
    /// <returns>False if the user's reputation may be active in another silo: then it must be called.</returns>
    public bool TryInvalidate(UserId user)
    {
        if (!_active.TryGetValue(user, out var reputation)) return IsOnlySilo();

        reputation.Invalidate();
        return true;
    }

    /// <summary>
    /// Whether no other silo can have an activation. One that joins is listed before it takes its first call; one that stops or is
    /// suspected may still answer.
    /// </summary>
    private bool IsOnlySilo()
    {
        var snapshot = membership.CurrentSnapshot;
        var view = _view;
        if (!ReferenceEquals(view.Snapshot, snapshot))
            _view = view = new(snapshot, snapshot.Members.Values.Count(static silo => silo.Status != SiloStatus.Dead) == 1);

        return view.IsOnlySilo;
    }

    private sealed record View(ClusterMembershipSnapshot? Snapshot, bool IsOnlySilo);
}
