using System.Globalization;
using Microsoft.Extensions.Primitives;
using Wingman.Wire;

namespace Wingman.Reputation;

/// <summary>One line of a user's history.</summary>
internal sealed record CreditView(Guid SessionId, string Outcome, DateTimeOffset CreatedAt);

/// <summary>A page of a user's history, newest first.</summary>
internal sealed record HistoryView(IReadOnlyList<CreditView> Items, string? NextCursor)
{
    /// <summary>Shows a page.</summary>
    public static HistoryView Of(CreditPage page) => new(
        [.. page.Credits.Select(credit => new CreditView(credit.Session.Value, WireNames.Of(credit.Outcome), credit.At))],
        page.Next is { } next ? HistoryCursor.Write(next) : null);
}

/// <summary><c>GET /api/user/reputation/{user_id}/history</c>: a user's credits, for the user and the service role.</summary>
internal sealed class GetHistory(GrainCalls calls)
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;

    private static readonly CachedResponse NotTheirs =
        CachedResponse.Detail(403, "Access denied - only the user and the service role may read this history");

    /// <summary>Serves a request.</summary>
    public async Task HandleAsync(HttpContext http, Caller caller)
    {
        var errors = new FieldErrors();
        var user = new UserId(Uuids.OfPath(http, "user_id", errors));
        var limit = ReadLimit(http.Request.Query["limit"], errors);
        var after = ReadCursor(http.Request.Query["cursor"], errors);
        if (errors.Any)
        {
            await errors.WriteAsync(http);
            return;
        }
        if (!caller.IsService && caller.User != user)
        {
            await NotTheirs.WriteAsync(http);
            return;
        }
        var answer = await calls.IdempotentAsync(
            (User: user, After: after, Limit: limit),
            static (grains, call) => grains.GetReputation(call.User).GetHistoryAsync(call.After, call.Limit));
        await http.Response.WriteJsonAsync(StatusCodes.Status200OK, HistoryView.Of(answer.Value), WireJson.Context.HistoryView);
    }

    private static int ReadLimit(StringValues given, FieldErrors errors)
    {
        if (given.Count == 0)
            return DefaultLimit;
        var text = given[^1];
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var limit))
            errors.AddText("int_parsing", ["query", "limit"], "Input should be a valid integer, unable to parse string as an integer", text);
        else if (limit < 1)
            errors.AddText("greater_than_equal", ["query", "limit"], "Input should be greater than or equal to 1", text);
        else if (limit > MaxLimit)
            errors.AddText("less_than_equal", ["query", "limit"], $"Input should be less than or equal to {MaxLimit}", text);
        return limit;
    }

    private static CreditCursor? ReadCursor(StringValues given, FieldErrors errors)
    {
        if (given.Count == 0)
            return null;
        if (!HistoryCursor.TryRead(given[^1], out var cursor))
            errors.AddText("value_error", ["query", "cursor"], "Value error, not a cursor that this history gave", given[^1]);
        return cursor;
    }
}
