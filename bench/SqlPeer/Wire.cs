using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Wingman.SqlPeer;

internal sealed record ConfirmRequest(string? SessionId);

internal sealed record ConfirmResponse(bool Success, string Message, bool BothConfirmed, bool ReputationUpdated, string SessionStatus);

internal sealed record CreateRequest(
    Guid MatchId, string? VenueName, DateTimeOffset Time, Guid? User1ChallengeId, Guid? User2ChallengeId);

internal sealed record CreateResponse(
    bool Success, Guid SessionId, string Message, DateTimeOffset ScheduledTime, string VenueName, bool NotificationsSent);

internal sealed record ReputationResponse(
    long Score, long CompletedSessions, long NoShows, string BadgeColor, DateTimeOffset CacheTimestamp);

internal sealed record Problem(string Detail);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ConfirmRequest))]
[JsonSerializable(typeof(ConfirmResponse))]
[JsonSerializable(typeof(CreateRequest))]
[JsonSerializable(typeof(CreateResponse))]
[JsonSerializable(typeof(ReputationResponse))]
[JsonSerializable(typeof(Problem))]
internal sealed partial class Wire : JsonSerializerContext;

internal static class WireExtensions
{
    /// <summary>The body, or null if it is not valid for the endpoint.</summary>
    public static async ValueTask<T?> ReadAsync<T>(this HttpRequest request, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(request.BodyReader, type, request.HttpContext.RequestAborted);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes the answer in one piece with its length, so that it goes out unchunked.</summary>
    public static Task WriteAsync<T>(this HttpResponse response, T body, JsonTypeInfo<T> type)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, type);
        response.ContentType = "application/json";
        response.ContentLength = bytes.Length;
        return response.Body.WriteAsync(bytes, 0, bytes.Length, response.HttpContext.RequestAborted);
    }

    public static Task RefuseAsync(this HttpResponse response, int status, string detail)
    {
        response.StatusCode = status;
        return response.WriteAsync(new Problem(detail), Wire.Default.Problem);
    }
}
