using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Wingman.Wire;

/// <summary>Sends bodies that differ from answer to answer.</summary>
internal static class JsonAnswers
{
    /// <summary>What every answer of this API is. JSON is UTF-8; a charset parameter would say nothing.</summary>
    public const string ContentType = "application/json";

    /// <summary>Sends a value with its length known beforehand.</summary>
    public static Task WriteJsonAsync<T>(this HttpResponse response, int status, T value, JsonTypeInfo<T> type) =>
        response.WriteJsonAsync(status, JsonSerializer.SerializeToUtf8Bytes(value, type));

    /// <summary>Sends bytes that are JSON already.</summary>
    public static Task WriteJsonAsync(this HttpResponse response, int status, ReadOnlyMemory<byte> json)
    {
        response.StatusCode = status;
        response.ContentType = ContentType;
        response.ContentLength = json.Length;
        return response.Body.WriteAsync(json).AsTask();
    }
}
