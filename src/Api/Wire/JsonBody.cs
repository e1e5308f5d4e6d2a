using System.Buffers;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Net.Http.Headers;

namespace Wingman.Wire;

/// <summary>
/// A request's body. A record with this interface is read from the body when it is a parameter of a handler: members without a
/// default are required, and each is checked by its <see cref="FieldRule"/>. Members that the record does not have are ignored.
/// </summary>
internal interface IJsonBody<TSelf> : IBindableFromHttpContext<TSelf> where TSelf : class, IJsonBody<TSelf>
{
    /// <summary>The error of a body whose members are each valid; null if there is none.</summary>
    (string Field, string Message)? Problem => null;

    /// <summary>A short cut for bodies in the form that nearly all clients send; null if the body must be read in the general way.</summary>
    static virtual TSelf? ReadPlain(ReadOnlySpan<byte> json) => null;

    static ValueTask<TSelf?> IBindableFromHttpContext<TSelf>.BindAsync(HttpContext context, ParameterInfo parameter) =>
        JsonBody.ReadAsync<TSelf>(context);
}

/// <summary>Reads bodies directly from the connection's buffers. Errors are kept in the request, for <see cref="BareStatus"/> to send.</summary>
internal static class JsonBody
{
    /// <summary>
    /// No request of this API needs more: notes of 2,000 characters are at most 24,000 bytes if all are escaped. The server
    /// refuses longer bodies while it reads them.
    /// </summary>
    public const int MaxBytes = 32 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = WireJson.Options.MaxDepth };

    /// <summary>Reads the body, or keeps the errors.</summary>
    /// <returns>The body; after null, ASP.NET sets the status 400.</returns>
    public static async ValueTask<T?> ReadAsync<T>(HttpContext http) where T : class, IJsonBody<T>
    {
        if (!SaysJson(http.Request.ContentType))
        {
            http.Features.Set<IResult>(Refusals.NotJson);
            return null;
        }

        // Reads to the end: no body that the server lets through is longer.
        var reader = http.Request.BodyReader;
        var result = await reader.ReadAtLeastAsync(MaxBytes + 1);
        var errors = new FieldErrors();
        var body = Parse<T>(result.Buffer, errors);
        reader.AdvanceTo(result.Buffer.End);
        if (!errors.Any) return body;
        http.Features.Set<IResult>(errors);
        return null;
    }

    private static T? Parse<T>(ReadOnlySequence<byte> bytes, FieldErrors errors) where T : class, IJsonBody<T>
    {
        var json = bytes.IsSingleSegment ? bytes.First : bytes.ToArray();
        if (json.IsEmpty)
            errors.Add("missing", ["body"], "Field required");
        else if (!Utf8.IsValid(json.Span))
            errors.Add("json_invalid", ["body"], "JSON decode error: the body is not UTF-8", "{}");
        else
            return ParseText<T>(json, errors);
        return null;
    }

    private static T? ParseText<T>(ReadOnlyMemory<byte> json, FieldErrors errors) where T : class, IJsonBody<T>
    {
        try
        {
            if (T.ReadPlain(json.Span) is { } plain) return plain;
            using var document = JsonDocument.Parse(json, Strict);
            return Read<T>(document.RootElement, errors);
        }
        catch (JsonException broken) when (broken.BytePositionInLine is null)
        {
            errors.Add("json_invalid", ["body"], "JSON decode error: an object has the same key twice", "{}");
        }
        catch (JsonException broken)
        {
            errors.Add("json_invalid", ["body", PositionOf(broken, json.Span)], "JSON decode error", "{}");
        }
        catch (InvalidOperationException)
        {
            // Thrown for half a surrogate pair in a key, which JSON can express by an escape, but no valid text contains.
            errors.Add("json_invalid", ["body"], "JSON decode error: a key is not Unicode text", "{}");
        }

        return null;
    }

    private static T? Read<T>(JsonElement root, FieldErrors errors) where T : class, IJsonBody<T>
    {
        if (root.ValueKind == JsonValueKind.Null)
            errors.Add("missing", ["body"], "Field required");
        else if (root.ValueKind != JsonValueKind.Object)
            errors.Add("model_attributes_type", ["body"], "Input should be a valid dictionary or object to extract fields from", JsonEcho.Of(root));
        else
            FieldRules<T>.Check(root, errors);
        if (errors.Any) return null;

        var body = root.Deserialize<T>(WireJson.Options)!;
        if (body.Problem is { } problem)
            errors.Add("value_error", ["body", problem.Field], $"Value error, {problem.Message}", JsonEcho.Of(root.GetProperty(problem.Field)));
        return body;
    }

    private static bool SaysJson(string? contentType)
    {
        // A body without a content type is read as JSON, as FastAPI does.
        if (contentType is null || contentType.Equals(WireJson.ContentType, StringComparison.OrdinalIgnoreCase)) return true;
        return MediaTypeHeaderValue.TryParse(contentType, out var type)
            && type.Type.Equals("application", StringComparison.OrdinalIgnoreCase)
            && (type.SubType.Equals("json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
            && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The position in characters from the start of the body.</summary>
    private static int PositionOf(JsonException broken, ReadOnlySpan<byte> json)
    {
        var start = 0;
        for (var line = broken.LineNumber ?? 0; line > 0; line--) start += json[start..].IndexOf((byte)'\n') + 1;
        var end = Math.Min(json.Length, start + (int)(broken.BytePositionInLine ?? 0));
        return Encoding.UTF8.GetCharCount(json[..end]);
    }
}
