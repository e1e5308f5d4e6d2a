using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wingman.Wire;

/// <summary>How the API's bodies are read and written: snake_case, and strict with what comes in.</summary>
internal static class WireJson
{
    /// <summary>The type of every body. JSON is UTF-8; a charset parameter would say nothing.</summary>
    public const string ContentType = "application/json";

    /// <summary>The options that ASP.NET, the API's description and the answers share.</summary>
    public static JsonSerializerOptions Options { get; } = Make();

    /// <summary>Sets them.</summary>
    public static void Apply(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        // Twice the same key: two readers of one body could disagree about what it says.
        options.AllowDuplicateProperties = false;
        options.MaxDepth = 16;
        options.RespectRequiredConstructorParameters = true;
        options.RespectNullableAnnotations = true;
        // The answers are application/json: nothing in them is ever read as HTML.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new InstantConverter());
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
    }

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Apply(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
