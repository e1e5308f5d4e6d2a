using System.Text.Json;
using System.Text.Unicode;

namespace Wingman.Authentication;

/// <summary>
/// JSON objects that mean one thing only: a member that is given twice, which two readers might take differently, is refused.
/// Pure.
/// </summary>
internal static class StrictJson
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false };

    /// <summary>Reads an object.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static JsonElement Parse(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
            throw new JsonException("The text is not UTF-8.");
        var element = JsonElement.Parse(json, Options);
        return element.ValueKind == JsonValueKind.Object ? element : throw new JsonException("The text is no JSON object.");
    }

    /// <summary>A member's text; null if there is no such member or it is no text.</summary>
    public static string? Text(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String)
            return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // Escapes that make no character (half a surrogate pair) are found only here.
            return null;
        }
    }
}
