using Microsoft.Extensions.Options;
using Wingman.Reference;
using Wingman.Wire;

namespace Wingman.Reputation;

/// <summary>Maps the endpoints of users.</summary>
internal static class UsersApi
{
    private static readonly ParameterDocs UserId = new("user_id", "The user.", typeof(Guid));

    private static readonly EndpointDocs ReputationDocs = new(
        "Users",
        "get-reputation",
        "Read a user's reputation",
        "For any authenticated caller, or for anyone where `Wingman:Api:AnonymousReputations` is set. `score` is completed sessions less "
        + "no-shows, held within -5 to 20; the badge is `gold` from 10, `green` from 0, `red` below. `cache_timestamp` says when the "
        + "sessions were counted: at most a few seconds ago. A user nobody knows has score 0.")
    {
        Parameters = [UserId],
        Answers =
        [
            new(200, "The reputation.", typeof(ReputationView),
                """{"score":4,"completed_sessions":5,"no_shows":1,"badge_color":"green","cache_timestamp":"2030-01-01T18:00:00.123456Z"}"""),
            new(422, "The id is no UUID.", typeof(ErrorView), """{"detail":"Invalid user ID format: not a UUID"}"""),
        ],
    };

    private static readonly EndpointDocs InvalidateOneDocs = new(
        "Users", "invalidate-reputation", "Drop a user's cached reputation", "Kept for earlier callers: there is nothing to do.")
    {
        Parameters = [UserId],
        Answers =
        [
            new(200, "Nothing is cached for longer than seconds.", typeof(CacheInvalidated)),
            new(422, "The id is no UUID."),
        ],
    };

    private static readonly EndpointDocs InvalidateAllDocs = new(
        "Users", "invalidate-all-reputations", "Drop all cached reputations", "Kept for earlier callers: there is nothing to do.")
    {
        Answers = [new(200, "Nothing is cached for longer than seconds.", typeof(CacheInvalidated))],
    };

    private static readonly EndpointDocs HistoryDocs = new(
        "Users",
        "get-reputation-history",
        "Read a user's credits, newest first",
        "For the user and the service role. Pass `next_cursor` as `cursor` to go on; null says that this was the last page.")
    {
        Parameters =
        [
            UserId,
            new("limit", "At most how many credits, 1 to 100. Default 20.", typeof(int), InQuery: true),
            new("cursor", "Where the previous page ended.", typeof(string), InQuery: true),
        ],
        Answers =
        [
            new(200, "A page.", typeof(HistoryView),
                """
                {"items":[{"session_id":"6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11","outcome":"completed","created_at":"2030-01-01T18:00:00Z"}],
                 "next_cursor":null}
                """),
            new(403, "The history is another user's."),
            new(422, "The id, the limit or the cursor is wrong."),
        ],
    };

    /// <summary>Maps them.</summary>
    public static void MapUsers(this IEndpointRouteBuilder routes)
    {
        var calls = routes.ServiceProvider.GetRequiredService<GrainCalls>();
        var reputation = new GetReputation(calls);
        var isAnonymous = routes.ServiceProvider.GetRequiredService<IOptions<ApiOptions>>().Value.AnonymousReputations;
        (isAnonymous
            ? routes.MapAnonymousRead("/api/user/reputation/{user_id}", reputation.HandleAsync)
            : routes.MapAuthenticatedRead("/api/user/reputation/{user_id}", (http, _) => reputation.HandleAsync(http))).WithDocs(ReputationDocs);
        routes.MapAuthenticated(HttpMethods.Post, "/api/user/reputation/cache/invalidate/{user_id}", InvalidateCache.OneAsync).WithDocs(InvalidateOneDocs);
        routes.MapAuthenticated(HttpMethods.Post, "/api/user/reputation/cache/invalidate-all", InvalidateCache.AllAsync).WithDocs(InvalidateAllDocs);
        routes.MapAuthenticatedRead("/api/user/reputation/{user_id}/history", new GetHistory(calls).HandleAsync).WithDocs(HistoryDocs);
    }
}
