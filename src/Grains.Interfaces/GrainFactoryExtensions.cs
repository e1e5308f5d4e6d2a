using Wingman.Matches;
using Wingman.Reputation;
using Wingman.Sessions;

namespace Wingman;

/// <summary>Reaches a grain by its typed id, so that no bare UUID is ever the wrong one.</summary>
public static class GrainFactoryExtensions
{
    /// <summary>The grain of one session.</summary>
    /// <param name="grains">The cluster.</param>
    /// <param name="id">The session.</param>
    /// <returns>A reference; no call is made.</returns>
    public static ISessionGrain GetSession(this IGrainFactory grains, SessionId id) => grains.GetGrain<ISessionGrain>(id.Value);

    /// <summary>The grain of one match.</summary>
    /// <param name="grains">The cluster.</param>
    /// <param name="id">The match.</param>
    /// <returns>A reference; no call is made.</returns>
    public static IMatchGrain GetMatch(this IGrainFactory grains, MatchId id) => grains.GetGrain<IMatchGrain>(id.Value);

    /// <summary>The grain of one user's reputation.</summary>
    /// <param name="grains">The cluster.</param>
    /// <param name="id">The user.</param>
    /// <returns>A reference; no call is made.</returns>
    public static IUserReputationGrain GetReputation(this IGrainFactory grains, UserId id) => grains.GetGrain<IUserReputationGrain>(id.Value);
}
