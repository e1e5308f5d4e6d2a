using System.Text.Json;
using System.Text.Json.Serialization;
using Wingman.Matches;
using Wingman.Reputation;
using Wingman.Sessions;

namespace Wingman.State;

/// <summary>
/// The stored form of every state: snake_case JSON without type names, with a schema version <c>v</c>. Unknown members are
/// ignored. A stored contract: members are added, never renamed.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(UserIdJson), typeof(SessionIdJson), typeof(MatchIdJson), typeof(SessionStatusJson), typeof(MatchStatusJson)])]
[JsonSerializable(typeof(SessionState))]
[JsonSerializable(typeof(MatchState))]
[JsonSerializable(typeof(ReputationState))]
internal sealed partial class StateJson : JsonSerializerContext;

internal sealed class UserIdJson : JsonConverter<UserId>
{
    public override UserId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetGuid());

    public override void Write(Utf8JsonWriter writer, UserId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}

internal sealed class SessionIdJson : JsonConverter<SessionId>
{
    public override SessionId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetGuid());

    public override void Write(Utf8JsonWriter writer, SessionId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}

internal sealed class MatchIdJson : JsonConverter<MatchId>
{
    public override MatchId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetGuid());

    public override void Write(Utf8JsonWriter writer, MatchId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}

internal sealed class SessionStatusJson() : JsonStringEnumConverter<SessionStatus>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);

internal sealed class MatchStatusJson() : JsonStringEnumConverter<MatchStatus>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);
