using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wingman.Wire;

/// <summary>How the API's bodies are read and written: snake_case, and strict about what is received.</summary>
internal static class WireJson
{
    /// <summary>The type of every body. It has no charset, since JSON is always UTF-8.</summary>
    public const string ContentType = "application/json";

    /// <summary>The options that ASP.NET, the API's description and the answers share.</summary>
    public static JsonSerializerOptions Options { get; } = Make();

    /// <summary>Sets them.</summary>
    public static void Apply(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        // An object with the same key twice is refused: two readers of the body could use different values.
        options.AllowDuplicateProperties = false;
        options.MaxDepth = 16;
        options.RespectRequiredConstructorParameters = true;
        options.RespectNullableAnnotations = true;
        // The answers are application/json, so HTML characters need no escapes.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new InstantConverter());
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
    }

    /// <summary>Sends a body that is already encoded.</summary>
    public static Task SendAsync(HttpResponse response, int status, byte[] json)
    {
        response.StatusCode = status;
        response.ContentType = ContentType;
        response.ContentLength = json.Length;
        return response.Body.WriteAsync(json).AsTask();
    }

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Apply(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
