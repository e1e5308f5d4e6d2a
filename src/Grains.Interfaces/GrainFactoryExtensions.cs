using Wingman.Matches;
using Wingman.Reputation;
using Wingman.Sessions;

namespace Wingman;

/// <summary>Gets a grain by its typed id, so that the id of one kind of grain cannot be used for another kind.</summary>
public static class GrainFactoryExtensions
{
    /// <summary>The grain of one session.</summary>
    /// <param name="grains">The cluster.</param>
    /// <param name="id">The session.</param>
    /// <returns>A reference; no call is made.</returns>
    public static ISessionGrain GetSession(this IGrainFactory grains, SessionId id) => Get<ISessionGrain>(grains, id.Value);

    /// <summary>The grain of one session, for a host that shows it live.</summary>
    /// <param name="grains">The cluster.</param>
    /// <param name="id">The session.</param>
    /// <returns>A reference; no call is made.</returns>
    public static ILiveSessionGrain GetLiveSession(this IGrainFactory grains, SessionId id) => Get<ILiveSessionGrain>(grains, id.Value);

    /// <summary>The grain of one match.</summary>
    /// <param name="grains">The cluster.</param>
    /// <param name="id">The match.</param>
    /// <returns>A reference; no call is made.</returns>
    public static IMatchGrain GetMatch(this IGrainFactory grains, MatchId id) => Get<IMatchGrain>(grains, id.Value);

    /// <summary>The grain of one user's reputation.</summary>
    /// <param name="grains">The cluster.</param>
    /// <param name="id">The user.</param>
    /// <returns>A reference; no call is made.</returns>
    public static IUserReputationGrain GetReputation(this IGrainFactory grains, UserId id) => Get<IUserReputationGrain>(grains, id.Value);

    private static TGrain Get<TGrain>(IGrainFactory grains, Guid key) where TGrain : IGrainWithGuidKey
    {
        if (Known<TGrain>.Reference is { } known)
            return (TGrain)grains.GetGrain(GrainId.Create(known.GrainId.Type, GrainIdKeyExtensions.CreateGuidKey(key)), known.InterfaceType);

        var first = grains.GetGrain<TGrain>(key);
        Known<TGrain>.Reference = first as GrainReference;
        return first;
    }

    /// <summary>
    /// A reference to some grain of this kind, kept for its type's names. The factory would look them up again at every call, although they
    /// never change, and that costs more than to make the reference.
    /// </summary>
    private static class Known<TGrain>
    {
        public static GrainReference? Reference { get; set; }
    }
}
