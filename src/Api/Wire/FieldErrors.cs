using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Wingman.Wire;

/// <summary>
/// What is wrong with a request, all of it at once, in the shape and with the types of FastAPI (pydantic 2):
/// <c>{"detail":[{"type","loc","msg","input"}]}</c>.
/// </summary>
internal sealed class FieldErrors
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly List<(string Type, object[] Location, string Message, string Input)> _errors = [];

    /// <summary>Whether anything is wrong.</summary>
    public bool Any => _errors.Count > 0;

    /// <summary>Adds an error.</summary>
    /// <param name="type">The type, for programs.</param>
    /// <param name="location">Where: <c>body</c>, <c>path</c> or <c>query</c>, then a name or a position.</param>
    /// <param name="message">The sentence, for people.</param>
    /// <param name="input">What came instead, as JSON.</param>
    public void Add(string type, object[] location, string message, string input) => _errors.Add((type, location, message, input));

    /// <summary>Adds an error about a text of the path or the query.</summary>
    public void AddText(string type, object[] location, string message, string? input) =>
        Add(type, location, message, input is null ? "null" : $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(input)}\"");

    /// <summary>Sends them all.</summary>
    public Task WriteAsync(HttpContext http) => http.Response.WriteJsonAsync(StatusCodes.Status422UnprocessableEntity, Encode());

    private ReadOnlyMemory<byte> Encode()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            json.WriteStartObject();
            json.WriteStartArray("detail"u8);
            foreach (var error in _errors)
            {
                json.WriteStartObject();
                json.WriteString("type"u8, error.Type);
                json.WriteStartArray("loc"u8);
                foreach (var step in error.Location)
                    WriteStep(json, step);
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
