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

/// <summary><c>GET /api/user/reputation/{user_id}</c>: a user's score and sums. A user nobody knows has none, and is green.</summary>
internal sealed class GetReputation(GrainCalls calls)
{
    /// <summary>Serves a request.</summary>
    public async Task HandleAsync(HttpContext http, Caller caller)
    {
        var errors = new FieldErrors();
        var user = new UserId(Uuids.OfPath(http, "user_id", errors));
        if (errors.Any)
        {
            await errors.WriteAsync(http);
            return;
        }
        var answer = await calls.RepeatableAsync(user, static (grains, user) => grains.GetReputation(user).GetAsync());
        await http.Response.WriteJsonAsync(StatusCodes.Status200OK, ReputationView.Of(answer.Value), WireJson.Context.ReputationView);
    }
}
