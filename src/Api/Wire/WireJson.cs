using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Wingman.Matches;
using Wingman.Reputation;
using Wingman.Sessions;

namespace Wingman.Wire;

/// <summary>How the API's bodies are written: generated code, snake_case, text as it is instead of <c>\u</c> escapes.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(InstantConverter)])]
[JsonSerializable(typeof(ConfirmCompletionRequest))]
[JsonSerializable(typeof(SessionChange))]
[JsonSerializable(typeof(ConfirmCompletionAnswer))]
[JsonSerializable(typeof(ConfirmBuddyRequest))]
[JsonSerializable(typeof(ConfirmBuddyAnswer))]
[JsonSerializable(typeof(UpdateNotesRequest))]
[JsonSerializable(typeof(UpdateNotesAnswer))]
[JsonSerializable(typeof(CreateSessionRequest))]
[JsonSerializable(typeof(CreateSessionAnswer))]
[JsonSerializable(typeof(SessionView))]
[JsonSerializable(typeof(PutMatchRequest))]
[JsonSerializable(typeof(MatchView))]
[JsonSerializable(typeof(ReputationView))]
[JsonSerializable(typeof(HistoryView))]
[JsonSerializable(typeof(CacheInvalidated))]
internal sealed partial class WireJson : JsonSerializerContext
{
    /// <summary>The context to write answers with.</summary>
    public static WireJson Context => Relaxed.Instance;

    /// <summary>Makes the API reference describe the bodies under the same names.</summary>
    public static void Apply(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.TypeInfoResolverChain.Insert(0, Default);
    }

    // In a class of its own: it needs the generated half of this one, which is initialized in no known order.
    private static class Relaxed
    {
        public static readonly WireJson Instance = new(new JsonSerializerOptions(Default.Options)
        {
            // The answers are application/json: nothing in them is ever read as HTML.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });
    }
}
