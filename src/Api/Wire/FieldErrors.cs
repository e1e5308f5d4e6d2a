using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Wingman.Wire;

/// <summary>
/// The 422: all errors of a request at once, in the format and with the types of FastAPI (pydantic 2):
/// <c>{"detail":[{"type","loc","msg","input"}]}</c>.
/// </summary>
internal sealed class FieldErrors : IResult, IStatusCodeHttpResult
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private List<(string Type, object[] Location, string Message, string Input)>? _errors;

    /// <summary>Whether there are errors.</summary>
    public bool Any => _errors is not null;

    int? IStatusCodeHttpResult.StatusCode => StatusCodes.Status422UnprocessableEntity;

    /// <summary>Adds an error.</summary>
    /// <param name="type">The type, for programs.</param>
    /// <param name="location">Where: <c>body</c>, <c>path</c> or <c>query</c>, then a name or a position.</param>
    /// <param name="message">The message, for people.</param>
    /// <param name="input">The value that was sent, as JSON.</param>
    /// <returns>This.</returns>
    public FieldErrors Add(string type, object[] location, string message, string input = "null")
    {
        (_errors ??= []).Add((type, location, message, input));
        return this;
    }

    /// <summary>Adds an error about a text of the path or the query.</summary>
    /// <returns>This.</returns>
    public FieldErrors AddText(string type, string[] location, string message, string text) =>
        Add(type, location, message, $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"");

    /// <summary>Adds the errors of another part of the request.</summary>
    public void Add(FieldErrors others) => (_errors ??= []).AddRange(others._errors ?? []);

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var json = Encode();
        var response = httpContext.Response;
        response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        response.ContentType = WireJson.ContentType;
        response.ContentLength = json.Length;
        return response.Body.WriteAsync(json).AsTask();
    }

    private ReadOnlyMemory<byte> Encode()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            json.WriteStartObject();
            json.WriteStartArray("detail"u8);
            foreach (var error in _errors ?? [])
            {
                json.WriteStartObject();
                json.WriteString("type"u8, error.Type);
                json.WriteStartArray("loc"u8);
                foreach (var step in error.Location) WriteStep(json, step);
                json.WriteEndArray();
                json.WriteString("msg"u8, error.Message);
                json.WritePropertyName("input"u8);
                json.WriteRawValue(error.Input, skipInputValidation: true);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static void WriteStep(Utf8JsonWriter json, object step)
    {
        if (step is int position)
            json.WriteNumberValue(position);
        else
            json.WriteStringValue((string)step);
    }
}
