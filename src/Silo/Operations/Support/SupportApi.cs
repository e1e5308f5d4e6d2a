using Microsoft.AspNetCore.Http.HttpResults;
using Wingman.Operators;
using Wingman.Silo.Hosting;
using Wingman.Silo.Storage.Batching;

namespace Wingman.Silo.Operations.Support;

/// <summary>An operator's order, as it is sent.</summary>
/// <param name="Reason">Why.</param>
/// <param name="User">Whose no-show is taken back; null for everybody's.</param>
internal sealed record RepairBody(string? Reason = null, Guid? User = null);

/// <summary>Explanations and repairs for operators, and the page that shows them. The group that it is mapped in says who may call.</summary>
internal static class SupportApi
{
    /// <summary>Maps the endpoints and the page.</summary>
    public static void MapSupport(this IEndpointRouteBuilder operators)
    {
        var support = operators.MapGroup(OperatorsGroup.Support);
        SupportPage.Map(support);
        support.MapGet("/session/{id:guid}", ExplainSessionAsync);
        support.MapGet("/user/{id:guid}", ExplainUserAsync);
        support.MapPost("/repair/session/{id:guid}/complete", (Guid id, RepairBody body, HttpContext context) => RepairAsync(context, id, RepairKind.Complete, body));
        support.MapPost("/repair/session/{id:guid}/cancel", (Guid id, RepairBody body, HttpContext context) => RepairAsync(context, id, RepairKind.Cancel, body));
        support.MapPost("/repair/session/{id:guid}/undo-no-show", (Guid id, RepairBody body, HttpContext context) =>
            RepairAsync(context, id, body.User is null ? RepairKind.Reopen : RepairKind.Excuse, body));
        support.MapPost("/repair/user/{id:guid}/erase", (Guid id, RepairBody body, HttpContext context) =>
            AnswerAsync(() => RepairServiceOf(context).EraseAsync(new(id), ActOf(context, body))));
    }

    private static async Task<Results<JsonHttpResult<SessionExplanation>, JsonHttpResult<RepairAnswer>>> ExplainSessionAsync(
        Guid id, HttpContext context)
    {
        try
        {
            await using var connection = await context.RequestServices.GetRequiredService<DatabaseConnections>().Background.OpenConnectionAsync();
            var explanation = await ExplainerOf(context).ExplainSessionAsync(connection, id);
            return TypedResults.Json(explanation, Explainer.Json, statusCode: explanation.Row is null && explanation.Lines.Count == 0 ? StatusCodes.Status404NotFound : StatusCodes.Status200OK);
        }
        catch (Exception failure) when (DatabaseError.IsOfDatabase(failure))
        {
            return Unavailable();
        }
    }

    private static async Task<Results<JsonHttpResult<UserExplanation>, JsonHttpResult<RepairAnswer>>> ExplainUserAsync(
        Guid id, HttpContext context)
    {
        try
        {
            await using var connection = await context.RequestServices.GetRequiredService<DatabaseConnections>().Background.OpenConnectionAsync();
            return TypedResults.Json(await ExplainerOf(context).ExplainUserAsync(connection, id), Explainer.Json);
        }
        catch (Exception failure) when (DatabaseError.IsOfDatabase(failure))
        {
            return Unavailable();
        }
    }

    private static Task<JsonHttpResult<RepairAnswer>> RepairAsync(HttpContext context, Guid session, RepairKind kind, RepairBody body) =>
        AnswerAsync(() => RepairServiceOf(context).RepairAsync(new(session), new(kind, ActOf(context, body), body.User is { } user ? new(user) : null)));

    private static async Task<JsonHttpResult<RepairAnswer>> AnswerAsync(Func<Task<RepairAnswer>> repair)
    {
        try
        {
            var answer = await repair();
            return TypedResults.Json(answer, Explainer.Json, statusCode: answer.Outcome switch
            {
                RepairEnd.NotFound => StatusCodes.Status404NotFound,
                RepairEnd.Refused => StatusCodes.Status409Conflict,
                _ => StatusCodes.Status200OK,
            });
        }
        catch (Exception failure) when (failure is StorageException or TimeoutException or OrleansException)
        {
            return Unavailable();
        }
    }

    private static Explainer ExplainerOf(HttpContext context) =>
        new(context.RequestServices.GetRequiredService<IConfiguration>(), context.RequestServices.GetService<TimeProvider>() ?? TimeProvider.System);

    private static RepairService RepairServiceOf(HttpContext context) => new(context.RequestServices.GetRequiredService<IGrainFactory>());

    // Without sign-in, which is possible in Development only, the operator has no name.
    private static OperatorAct ActOf(HttpContext context, RepairBody body) =>
        new(context.User.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name } ? name : "development", body.Reason ?? "");

    private static JsonHttpResult<RepairAnswer> Unavailable() => TypedResults.Json(
        new RepairAnswer(RepairEnd.Unknown, "The cluster or its database did not answer in time. Retry it: that is safe."), Explainer.Json, statusCode: StatusCodes.Status503ServiceUnavailable);
}
