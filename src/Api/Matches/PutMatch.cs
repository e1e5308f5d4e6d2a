using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Wingman.Wire;

namespace Wingman.Matches;

/// <summary>The body of a match's registration.</summary>
internal readonly record struct PutMatchRequest(
    [property: JsonRequired] Guid User1Id,
    [property: JsonRequired] Guid User2Id,
    [property: JsonRequired, RegularExpression("^(pending|accepted|declined)$")] string Status)
{
    private static readonly (string Name, string Value)[] Statuses =
        [.. new[] { MatchStatus.Pending, MatchStatus.Accepted, MatchStatus.Declined }.Select(status => (status, status))];

    /// <summary>Takes the fields.</summary>
    public static PutMatchRequest Read(RequestFields fields)
    {
        var request = new PutMatchRequest(fields.Uuid("user1_id"), fields.Uuid("user2_id"), fields.OneOf("status", Statuses));
        if (request.User1Id == request.User2Id && request.User1Id != Guid.Empty)
            fields.Refuse("user2_id", "value_error", "Value error, a match is between two different users");
        return request;
    }
}

/// <summary>A match as it stands.</summary>
internal sealed record MatchView(Guid Id, Guid User1Id, Guid User2Id, string Status);

/// <summary><c>PUT /api/match/{match_id}</c>: the product's backend registers a match, or sets its status.</summary>
internal sealed class PutMatch(GrainCalls calls)
{
    private static readonly CachedResponse NotService = CachedResponse.Detail(403, "Access denied - service role required");
    private static readonly CachedResponse UsersDiffer = CachedResponse.Detail(409, "This match exists with other users");

    /// <summary>Serves a request.</summary>
    public async Task HandleAsync(HttpContext http, Caller caller)
    {
        if (!caller.IsService)
        {
            await NotService.WriteAsync(http);
            return;
        }
        var errors = new FieldErrors();
        var match = new MatchId(Uuids.OfPath(http, "match_id", errors));
        if (await RequestBody.ReadAsync(http, PutMatchRequest.Read, errors) is not { } request)
            return;

        var registration = new RegisterMatch(new UserId(request.User1Id), new UserId(request.User2Id), request.Status);
        var answer = await calls.IdempotentAsync(
            (Match: match, Registration: registration),
            static (grains, call) => grains.GetMatch(call.Match).RegisterAsync(call.Registration));
        if (answer.Value == RegisterMatchOutcome.UsersDiffer)
        {
            await UsersDiffer.WriteAsync(http);
            return;
        }
        await http.Response.WriteJsonAsync(
            answer.Value == RegisterMatchOutcome.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK,
            new MatchView(match.Value, request.User1Id, request.User2Id, request.Status),
            WireJson.Context.MatchView);
    }
}
