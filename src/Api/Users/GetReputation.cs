using Wingman.Wire;

namespace Wingman.Reputation;

/// <summary>A user's reputation as everybody may see it.</summary>
internal sealed record ReputationView(int Score, long CompletedSessions, long NoShows, string BadgeColor, DateTimeOffset CacheTimestamp)
{
    /// <summary>Shows a reputation.</summary>
    public static ReputationView Of(UserReputation reputation)
    {
        var shown = ReputationScore.Of(reputation);
        return new(shown.Score, reputation.CompletedSessions, reputation.NoShows, shown.Badge, reputation.AsOf);
    }
}

/// <summary>
/// <c>GET /api/user/reputation/{user_id}</c>: a user's score and counts. A user nobody knows has none, and is green.
/// <c>use_cache</c> of the earlier API is ignored: no answer is older than a few seconds.
/// </summary>
internal sealed class GetReputation(GrainCalls calls)
{
    // The web app shows the detail of this endpoint's 422 as it is: a text, no list.
    private static readonly CachedResponse NoUuid = CachedResponse.Detail(422, "Invalid user ID format: not a UUID");

    /// <summary>Serves a request.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        if (!Uuids.TryParse(http.Request.RouteValues["user_id"] as string, out var id))
        {
            await NoUuid.WriteAsync(http);
            return;
        }
        var answer = await calls.IdempotentAsync(new UserId(id), static (grains, user) => grains.GetReputation(user).GetAsync());
        await http.Response.WriteJsonAsync(StatusCodes.Status200OK, ReputationView.Of(answer.Value), WireJson.Context.ReputationView);
    }
}
