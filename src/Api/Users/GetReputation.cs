using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Wingman.Wire;

namespace Wingman.Reputation;

/// <summary>A user's reputation, which every caller may see.</summary>
/// <param name="Score">Completed sessions minus no-shows, limited to the range -5 to 20.</param>
/// <param name="CompletedSessions">How many sessions the user completed.</param>
/// <param name="NoShows">How many sessions the user did not show up for.</param>
/// <param name="BadgeColor">`gold` from 10, `green` from 0, `red` below.</param>
/// <param name="CacheTimestamp">When the sessions were counted: at most a few seconds ago.</param>
/// <example>{"score":4,"completed_sessions":5,"no_shows":1,"badge_color":"green","cache_timestamp":"2030-01-01T18:00:00.123456Z"}</example>
internal sealed record ReputationView(int Score, long CompletedSessions, long NoShows, string BadgeColor, DateTimeOffset CacheTimestamp)
{
    /// <summary>Shows a reputation.</summary>
    public static ReputationView Of(UserReputation reputation)
    {
        var shown = ReputationScore.Of(reputation);
        return new(shown.Score, reputation.CompletedSessions, reputation.NoShows, shown.Badge, reputation.AsOf);
    }
}

/// <summary><c>GET /api/user/reputation/{user_id}</c>. <c>use_cache</c> of the earlier API is ignored.</summary>
internal sealed class GetReputation : IEndpoint
{
    // The web app shows the detail of this endpoint's 422 unchanged, so it must be a text and not a list.
    private static readonly Refusal NoUuid = new(422, RefusalCode.InvalidUserId, "Invalid user ID format: not a UUID");

    /// <inheritdoc/>
    public static void Map(IEndpointRouteBuilder api)
    {
        var endpoint = api.MapRead("/user/reputation/{user_id}", HandleAsync).WithName("get-reputation").WithTags("Users").Refuses(NoUuid);
        if (api.ServiceProvider.GetRequiredService<IOptions<ApiOptions>>().Value.AnonymousReputations) endpoint.AllowAnonymous();
    }

    /// <summary>Read a user's reputation</summary>
    /// <remarks>
    /// For any authenticated caller, or for everyone if `Wingman:Api:AnonymousReputations` is set. An unknown user has score 0.
    /// </remarks>
    /// <param name="user">The user, a UUID.</param>
    /// <param name="calls">The grains.</param>
    /// <response code="200">The reputation.</response>
    public static async Task<Results<Answer<ReputationView>, Refusal>> HandleAsync(
        [FromRoute(Name = "user_id"), Description("The user, a UUID.")] string user, GrainCalls calls)
    {
        if (!Uuids.TryParse(user, out var id)) return NoUuid;

        var answer = await calls.IdempotentAsync(new UserId(id), static (grains, user) => grains.GetReputation(user).GetAsync(), isFrequent: true);
        return new Answer<ReputationView>(ReputationView.Of(answer.Value));
    }
}
