using Npgsql;
using NpgsqlTypes;

namespace Wingman.SqlPeer;

/// <summary>A user's reputation: one read of the user's counter.</summary>
internal static class Reputation
{
    private const string Counter = "select completed_sessions, no_shows from reputation_counters where user_id = $1";

    public static void MapReputation(this WebApplication app)
    {
        var database = app.Services.GetRequiredService<NpgsqlDataSource>();
        app.MapGet("/api/user/reputation/{user_id}", context => HandleAsync(context, database));
    }

    private static async Task HandleAsync(HttpContext context, NpgsqlDataSource database)
    {
        if (await context.AuthenticateUserAsync() is null)
        {
            await context.Response.RefuseAsync(401, "Authentication required. Please log in to access this resource.");
            return;
        }

        if (!Guid.TryParseExact(context.Request.RouteValues["user_id"] as string, "D", out var user))
        {
            await context.Response.RefuseAsync(422, "String should match pattern '^[0-9a-f-]{36}$'");
            return;
        }

        await using var command = database.CreateCommand(Counter);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = user, NpgsqlDbType = NpgsqlDbType.Uuid });
        await using var reader = await command.ExecuteReaderAsync(context.RequestAborted);
        var (completed, noShows) = await reader.ReadAsync(context.RequestAborted) ? (reader.GetInt64(0), reader.GetInt64(1)) : (0, 0);
        var score = Math.Clamp(completed - noShows, -5, 20);
        await context.Response.WriteAsync(
            new ReputationResponse(
                score,
                completed,
                noShows,
                score switch { >= 10 => "gold", >= 0 => "green", _ => "red" },
                TimeProvider.System.GetUtcNow()),
            Wire.Default.ReputationResponse);
    }
}
