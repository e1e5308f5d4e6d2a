namespace Wingman.SqlPeer;

/// <summary>What a confirmation found and did.</summary>
internal enum Confirmation
{
    Waiting,
    Completed,
    AlreadyCompleted,
    NotFound,
    NotParticipant,
    Cancelled,
    NoShow,
}

internal interface IConfirmations
{
    /// <summary>Confirms in one transaction; durable on return.</summary>
    ValueTask<(Confirmation Outcome, string Status)> ConfirmAsync(Guid session, Guid user, CancellationToken cancellation);
}

internal static class ConfirmCompletion
{
    public static void MapConfirmCompletion(this WebApplication app)
    {
        var confirmations = Choose(app);
        app.MapPost("/api/session/confirm-completion", context => HandleAsync(context, confirmations));
    }

    private static IConfirmations Choose(WebApplication app)
    {
        var database = app.Services.GetRequiredService<Npgsql.NpgsqlDataSource>();
        return app.Configuration["SqlPeer:Confirm"] switch
        {
            null or "Transaction" => new RowLockTransaction(database),
            "Statement" => new SingleStatement(database),
            var other => throw new InvalidOperationException($"SqlPeer:Confirm is Transaction or Statement, not '{other}'."),
        };
    }

    private static async Task HandleAsync(HttpContext context, IConfirmations confirmations)
    {
        if (await context.AuthenticateUserAsync() is not { } user)
        {
            await context.Response.RefuseAsync(401, "Authentication required. Please log in to access this resource.");
            return;
        }

        var request = await context.Request.ReadAsync(Wire.Default.ConfirmRequest);
        if (!Guid.TryParseExact(request?.SessionId, "D", out var session))
        {
            await context.Response.RefuseAsync(422, "String should match pattern '^[0-9a-f-]{36}$'");
            return;
        }

        var (outcome, status) = await confirmations.ConfirmAsync(session, user, context.RequestAborted);
        await AnswerAsync(context.Response, outcome, status);
    }

    private static Task AnswerAsync(HttpResponse response, Confirmation outcome, string status) => outcome switch
    {
        Confirmation.Waiting => response.WriteAsync(
            new ConfirmResponse(
                true, "Completion confirmation recorded. Waiting for your buddy to confirm their completion.", false, false, status),
            Wire.Default.ConfirmResponse),
        Confirmation.Completed => response.WriteAsync(
            new ConfirmResponse(
                true,
                "Session marked as completed! Both participants have confirmed completion and reputation updated.",
                true,
                true,
                status),
            Wire.Default.ConfirmResponse),
        Confirmation.AlreadyCompleted => response.WriteAsync(
            new ConfirmResponse(true, "Session already completed", true, true, status), Wire.Default.ConfirmResponse),
        Confirmation.NotFound => response.RefuseAsync(404, "Session not found"),
        Confirmation.NotParticipant => response.RefuseAsync(403, "Access denied - user is not a participant in this session"),
        Confirmation.Cancelled => response.RefuseAsync(409, "Session was cancelled and cannot be confirmed"),
        _ => response.RefuseAsync(409, "Session ended as a no-show and cannot be confirmed"),
    };
}
