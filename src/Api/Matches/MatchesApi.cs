using Wingman.Reference;
using Wingman.Wire;

namespace Wingman.Matches;

/// <summary>Maps the endpoint of matches.</summary>
internal static class MatchesApi
{
    private static readonly EndpointDocs PutDocs = new(
        "Matches",
        "put-match",
        "Register a match, or set its status",
        "For the service role: the product's own backend. The users of a match never change. Repeating changes nothing.")
    {
        Parameters = [new("match_id", "The match.", typeof(Guid))],
        Body = typeof(PutMatchRequest),
        BodyExample =
            """
            {"user1_id":"2b0f4a76-8a5e-4f63-8d0e-7f1d7a9b3c33","user2_id":"9c2e6b1d-51c9-4a0b-b1de-3e8f5d6a4b44","status":"accepted"}
            """,
        Answers =
        [
            new(200, "The match was known; its status is the given one.", typeof(MatchView)),
            new(201, "The match is new.", typeof(MatchView)),
            new(403, "The caller is not the service role.", Example: """{"detail":"Access denied - service role required"}"""),
            new(409, "The match exists with other users, or the database refuses a value.", Example: """{"detail":"This match exists with other users"}"""),
            new(422, "The id or the body is wrong."),
        ],
    };

    /// <summary>Maps it.</summary>
    public static void MapMatches(this IEndpointRouteBuilder routes)
    {
        var calls = routes.ServiceProvider.GetRequiredService<GrainCalls>();
        routes.MapAuthenticated(HttpMethods.Put, "/api/match/{match_id}", new PutMatch(calls).HandleAsync).WithDocs(PutDocs);
    }
}
