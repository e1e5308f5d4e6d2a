using Npgsql;
using NpgsqlTypes;

namespace Wingman.SqlPeer;

/// <summary>
/// Schedules a session: lock the match's row, insert unless a session is active, commit. This needs one round trip, because the
/// insert contains the rules and reads the rows as they are after the wait for the lock.
/// </summary>
internal static class CreateSession
{
    private const string LockMatch = "select status, $2 in (user1_id, user2_id) from wingman_matches where id = $1 for no key update";

    private const string Insert =
        """
        insert into wingman_sessions (id, match_id, venue_name, scheduled_time, status, user1_challenge_id, user2_challenge_id)
        select $3, m.id, $4, $5, 'scheduled', $6, $7
        from wingman_matches m
        where m.id = $1 and m.status = 'accepted' and $2 in (m.user1_id, m.user2_id)
          and not exists (select from wingman_sessions s where s.match_id = $1 and s.status in ('scheduled', 'in_progress'))
        returning id
        """;

    public static void MapCreateSession(this WebApplication app)
    {
        var database = app.Services.GetRequiredService<NpgsqlDataSource>();
        app.MapPost("/api/session/create", context => HandleAsync(context, database));
    }

    private static async Task HandleAsync(HttpContext context, NpgsqlDataSource database)
    {
        if (await context.AuthenticateUserAsync() is not { } user)
        {
            await context.Response.RefuseAsync(401, "Authentication required. Please log in to access this resource.");
            return;
        }

        if (await context.Request.ReadAsync(Wire.Default.CreateRequest) is not { VenueName.Length: > 0 and <= 200 } request)
        {
            await context.Response.RefuseAsync(422, "Field required");
            return;
        }

        if (request.Time <= TimeProvider.System.GetUtcNow())
        {
            await context.Response.RefuseAsync(400, "Scheduled time must be in the future");
            return;
        }

        var session = Guid.NewGuid();
        await using var connection = await database.OpenConnectionAsync(context.RequestAborted);
        await using var batch = Batch(connection, request, user, session);
        await using var reader = await batch.ExecuteReaderAsync(CancellationToken.None);
        if (!await reader.ReadAsync())
        {
            await context.Response.RefuseAsync(404, "Match not found");
            return;
        }

        var status = reader.GetString(0);
        var isParticipant = reader.GetBoolean(1);
        await reader.NextResultAsync();
        if (await reader.ReadAsync())
        {
            await context.Response.WriteAsync(
                new CreateResponse(
                    true,
                    session,
                    $"Session scheduled successfully at {request.VenueName}",
                    request.Time,
                    request.VenueName,
                    NotificationsSent: false),
                Wire.Default.CreateResponse);
        }
        else if (!isParticipant)
        {
            await context.Response.RefuseAsync(403, "Access denied - user is not a participant in this match");
        }
        else if (status != "accepted")
        {
            await context.Response.RefuseAsync(400, $"Match status must be 'accepted' to schedule sessions (current: {status})");
        }
        else
        {
            await context.Response.RefuseAsync(409, "This match already has an active session (scheduled or in progress)");
        }
    }

    private static NpgsqlBatch Batch(NpgsqlConnection connection, CreateRequest request, Guid user, Guid session)
    {
        var match = new NpgsqlBatchCommand(LockMatch);
        match.Parameters.Add(Uuid(request.MatchId));
        match.Parameters.Add(Uuid(user));
        var insert = new NpgsqlBatchCommand(Insert);
        insert.Parameters.Add(Uuid(request.MatchId));
        insert.Parameters.Add(Uuid(user));
        insert.Parameters.Add(Uuid(session));
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = request.VenueName });
        insert.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = request.Time.UtcDateTime });
        insert.Parameters.Add(Optional(request.User1ChallengeId));
        insert.Parameters.Add(Optional(request.User2ChallengeId));
        // A batch is one implicit transaction: the lock is held until the insert has committed.
        return new NpgsqlBatch(connection) { BatchCommands = { match, insert } };
    }

    private static NpgsqlParameter<Guid> Uuid(Guid value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Uuid };

    private static NpgsqlParameter Optional(Guid? value) =>
        new() { Value = value is { } given ? given : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid };
}
