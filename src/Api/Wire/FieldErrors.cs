using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wingman.Wire;

/// <summary>The shape of a 422.</summary>
/// <param name="Detail">Everything that is wrong.</param>
internal sealed record FieldErrorsBody(IReadOnlyList<FieldErrorBody> Detail);

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Type">What is wrong, for programs.</param>
/// <param name="Loc">Where: `body`, `path` or `query`, then a name or, in broken JSON, a position.</param>
/// <param name="Msg">What is wrong, for people.</param>
/// <param name="Input">The value that was sent.</param>
internal sealed record FieldErrorBody(string Type, IReadOnlyList<object> Loc, string Msg, RawJson Input);

// What a caller has sent is repeated as it is: it may have half a surrogate pair, which cannot be decoded and encoded again.
[JsonConverter(typeof(RawJsonConverter))]
internal readonly record struct RawJson(string Text);

/// <summary>Writes <see cref="RawJson"/>.</summary>
internal sealed class RawJsonConverter : JsonConverter<RawJson>
{
    /// <inheritdoc/>
    public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("A 422 is sent, and never read.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Text, skipInputValidation: true);
}

/// <summary>
/// The 422: all errors of a request at once, in the format and with the types of FastAPI (pydantic 2):
/// <c>{"detail":[{"type","loc","msg","input"}]}</c>.
/// </summary>
internal sealed class FieldErrors : IResult
{
    private List<FieldErrorBody>? _errors;

    /// <summary>Whether there are errors.</summary>
    public bool Any => _errors is not null;

    /// <summary>Adds an error.</summary>
    /// <param name="type">The type, for programs.</param>
    /// <param name="location">Where: <c>body</c>, <c>path</c> or <c>query</c>, then a name or a position.</param>
    /// <param name="message">The message, for people.</param>
    /// <param name="input">The value that was sent, as JSON.</param>
    /// <returns>This.</returns>
    public FieldErrors Add(string type, object[] location, string message, string input = "null")
    {
        (_errors ??= []).Add(new(type, location, message, new(input)));
        return this;
    }

    /// <summary>Adds an error about a text of the path or the query.</summary>
    /// <returns>This.</returns>
    public FieldErrors AddText(string type, string[] location, string message, string text) =>
        Add(type, location, message, $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"");

    /// <summary>Adds the errors of another part of the request.</summary>
    public void Add(FieldErrors others) => (_errors ??= []).AddRange(others._errors ?? []);

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext) => WireJson.SendAsync(
        httpContext.Response, StatusCodes.Status422UnprocessableEntity, JsonSerializer.SerializeToUtf8Bytes(new FieldErrorsBody(_errors ?? []), WireJson.Options));
}
