using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Wingman.Authentication;
using Wingman.Wire;

namespace Wingman.Reputation;

/// <summary>One line of a user's history.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="Outcome">Its effect on the user's reputation.</param>
/// <param name="CreatedAt">When it was completed; if it was not, its scheduled time, or else when it was created.</param>
internal sealed record CreditView(Guid SessionId, CreditOutcome Outcome, DateTimeOffset CreatedAt);

/// <summary>A page of a user's history, newest first.</summary>
/// <param name="Items">The credits.</param>
/// <param name="NextCursor">The `cursor` of the next page; null if this is the last page.</param>
/// <example>{"items":[{"session_id":"6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11","outcome":"completed","created_at":"2030-01-01T18:00:00Z"}],"next_cursor":null}</example>
internal sealed record HistoryView(IReadOnlyList<CreditView> Items, string? NextCursor);

/// <summary><c>GET /api/user/reputation/{user_id}/history</c>.</summary>
internal sealed class GetHistory : IEndpoint
{
    private const int MaxLimit = 100;

    private static readonly Refusal NotTheirs =
        new(403, RefusalCode.NotOwnHistory, "Access denied - only the user and the service role may read this history");

    /// <inheritdoc/>
    public static void Map(IEndpointRouteBuilder api) => api.MapRead("/user/reputation/{user_id}/history", HandleAsync)
        .WithName("get-reputation-history").WithTags("Users").Refuses(NotTheirs);

    /// <summary>Read a user's credits, newest first</summary>
    /// <remarks>For the user and the service role. Pass `next_cursor` as `cursor` for the next page; null means that this is the last page.</remarks>
    /// <param name="user">The user.</param>
    /// <param name="caller">Who calls.</param>
    /// <param name="calls">The grains.</param>
    /// <param name="cursor">Where the previous page ended.</param>
    /// <param name="limit">At most how many credits.</param>
    /// <response code="200">A page.</response>
    public static async Task<Results<Answer<HistoryView>, FieldErrors, Refusal>> HandleAsync(
        [FromRoute(Name = "user_id"), Description("The user.")] UserId user, ClaimsPrincipal caller, GrainCalls calls, HistoryCursor? cursor, [Range(1, MaxLimit)] int limit = 20)
    {
        if (limit < 1) return WrongLimit("greater_than_equal", "Input should be greater than or equal to 1", limit);
        if (limit > MaxLimit) return WrongLimit("less_than_equal", $"Input should be less than or equal to {MaxLimit}", limit);
        if (CallerClaims.Of(caller) is { IsService: false } reader && reader.User != user) return NotTheirs;

        var answer = await calls.IdempotentAsync(
            (user, after: cursor?.After, limit), static (grains, call) => grains.GetReputation(call.user).GetHistoryAsync(call.after, call.limit));
        var (credits, next) = answer.Value;
        return new Answer<HistoryView>(new(
            [.. credits.Select(credit => new CreditView(credit.Session.Value, credit.Outcome, credit.At))],
            next is null ? null : new HistoryCursor(next).ToString()));
    }

    private static FieldErrors WrongLimit(string type, string message, int limit) =>
        new FieldErrors().AddText(type, ["query", "limit"], message, limit.ToString(CultureInfo.InvariantCulture));
}
