using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Wingman.Wire;

namespace Wingman.Matches;

/// <summary>The body of a match's registration.</summary>
/// <param name="User1Id">The first user.</param>
/// <param name="User2Id">The second user, another than the first.</param>
/// <param name="Status">Sessions can be scheduled while it is `accepted`.</param>
/// <example>{"user1_id":"2b0f4a76-8a5e-4f63-8d0e-7f1d7a9b3c33","user2_id":"9c2e6b1d-51c9-4a0b-b1de-3e8f5d6a4b44","status":"accepted"}</example>
internal sealed record PutMatchRequest(
    [property: Uuid] Guid User1Id,
    [property: Uuid] Guid User2Id,
    [property: OneOf(MatchStatus.Pending, MatchStatus.Accepted, MatchStatus.Declined)] string Status) : IJsonBody<PutMatchRequest>
{
    (string Field, string Message)? IJsonBody<PutMatchRequest>.Problem =>
        User1Id == User2Id ? ("user2_id", "a match is between two different users") : null;
}

/// <summary>A match as it is stored.</summary>
/// <param name="Id">The match.</param>
/// <param name="User1Id">The first user.</param>
/// <param name="User2Id">The second user.</param>
/// <param name="Status">The status.</param>
/// <example>{"id":"0d6c8f0a-3f0e-4f57-9b70-5f0e6a1c7d22","user1_id":"2b0f4a76-8a5e-4f63-8d0e-7f1d7a9b3c33","user2_id":"9c2e6b1d-51c9-4a0b-b1de-3e8f5d6a4b44","status":"accepted"}</example>
internal sealed record MatchView(Guid Id, Guid User1Id, Guid User2Id, string Status);

/// <summary><c>PUT /api/match/{match_id}</c>.</summary>
internal sealed class PutMatch : IEndpoint
{
    private static readonly Refusal UsersDiffer = new(409, RefusalCode.MatchUsersDiffer, "This match exists with other users");

    /// <inheritdoc/>
    public static void Map(IEndpointRouteBuilder api) => api.MapPut("/match/{match_id}", HandleAsync)
        .WithName("put-match").WithTags("Matches").ForService()
        .Produces<MatchView>(StatusCodes.Status201Created).Refuses(UsersDiffer, Refusals.StorageRefused);

    /// <summary>Register a match, or set its status</summary>
    /// <remarks>For the service role: the product's own backend. The users of a match never change. A retry changes nothing.</remarks>
    /// <param name="match">The match.</param>
    /// <param name="request">The body.</param>
    /// <param name="calls">The grains.</param>
    /// <response code="200">The match was known; its status is the given one.</response>
    /// <response code="201">The match is new.</response>
    public static async Task<Results<Answer<MatchView>, Refusal>> HandleAsync(
        [FromRoute(Name = "match_id"), Description("The match.")] MatchId match, PutMatchRequest request, GrainCalls calls)
    {
        var registration = new RegisterMatch(new UserId(request.User1Id), new UserId(request.User2Id), request.Status);
        var answer = await calls.IdempotentAsync(
            (match, registration), static (grains, call) => grains.GetMatch(call.match).RegisterAsync(call.registration));
        var view = new MatchView(match.Value, request.User1Id, request.User2Id, request.Status);
        return answer.Value switch
        {
            RegisterMatchOutcome.Created => new Answer<MatchView>(view, StatusCodes.Status201Created),
            RegisterMatchOutcome.Updated => new Answer<MatchView>(view),
            RegisterMatchOutcome.UsersDiffer => UsersDiffer,
        };
    }
}
