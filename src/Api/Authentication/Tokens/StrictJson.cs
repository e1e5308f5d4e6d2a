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
        JsonElement element;
        try
        {
            element = JsonElement.Parse(json, Options);
        }
        catch (InvalidOperationException odd)
        {
            // How the search for members given twice says that a name has escapes that make no character (half a surrogate pair).
            throw new JsonException(odd.Message, odd);
        }
        return element.ValueKind == JsonValueKind.Object ? element : throw new JsonException("The text is no JSON object.");
    }

    /// <summary>A member's text; null if there is no such member or it is no text.</summary>
    public static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? Text(value) : null;

    /// <summary>A value's text; null if it is no text.</summary>
    public static string? Text(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
            return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // In a value, such escapes are found only here.
            return null;
        }
    }
}
