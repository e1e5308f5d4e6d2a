using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Wingman.Wire;

/// <summary>A response whose bytes never change, encoded once: the hot path copies it and formats nothing.</summary>
internal sealed class CachedResponse
{
    private readonly int _status;
    private readonly ReadOnlyMemory<byte> _body;
    private readonly KeyValuePair<string, string>? _header;

    private CachedResponse(int status, byte[] json, KeyValuePair<string, string>? header)
    {
        _status = status;
        _body = json;
        _header = header;
    }

    /// <summary>An answer that is a value.</summary>
    public static CachedResponse Json<T>(int status, T value, JsonTypeInfo<T> type) =>
        new(status, JsonSerializer.SerializeToUtf8Bytes(value, type), header: null);

    /// <summary>A refusal in the API's own shape: <c>{"detail": "..."}</c>.</summary>
    public static CachedResponse Detail(int status, string detail, KeyValuePair<string, string>? header = null) =>
        new(status, Encoding.UTF8.GetBytes($$"""{"detail":"{{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(detail)}}"}"""), header);

    /// <summary>Sends the answer.</summary>
    public Task WriteAsync(HttpContext http)
    {
        var response = http.Response;
        response.StatusCode = _status;
        response.ContentType = JsonAnswers.ContentType;
        response.ContentLength = _body.Length;
        if (_header is { } header)
            response.Headers[header.Key] = header.Value;
        return response.Body.WriteAsync(_body).AsTask();
    }
}
