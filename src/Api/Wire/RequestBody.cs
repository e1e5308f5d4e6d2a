using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Wingman.Wire;

/// <summary>Reads a request's JSON straight from the connection's buffers and checks it, or answers what is wrong with it.</summary>
internal static class RequestBody
{
    /// <summary>
    /// No request of this API needs more: notes of 2,000 characters are at most 24,000 bytes, all of them escaped. The server
    /// refuses longer bodies while it reads them.
    /// </summary>
    public const int MaxBytes = 32 * 1024;

    private static readonly object[] Body = ["body"];

    // Twice the same key: two readers of one body could disagree about what it says.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>Reads the body into a request; null when a refusal has been sent instead.</summary>
    /// <param name="http">The request and its answer.</param>
    /// <param name="read">Takes the fields; called once, on a body that is a JSON object.</param>
    /// <param name="errors">What is known to be wrong with the request already, if anything.</param>
    public static async ValueTask<T?> ReadAsync<T>(HttpContext http, Func<RequestFields, T> read, FieldErrors? errors = null) where T : struct
    {
        if (!SaysJson(http.Request.ContentType))
        {
            await Refusals.NotJson.WriteAsync(http);
            return null;
        }

        var reader = http.Request.BodyReader;
        var result = await reader.ReadAsync();
        while (!result.IsCompleted)
        {
            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            result = await reader.ReadAsync();
        }

        errors ??= new FieldErrors();
        var request = Parse(result.Buffer, read, errors);
        reader.AdvanceTo(result.Buffer.End);
        if (!errors.Any)
            return request;
        await errors.WriteAsync(http);
        return null;
    }

    private static T Parse<T>(ReadOnlySequence<byte> bytes, Func<RequestFields, T> read, FieldErrors errors) where T : struct
    {
        var json = bytes.IsSingleSegment ? bytes.First : bytes.ToArray();
        if (json.IsEmpty)
            errors.Add("missing", Body, "Field required", "null");
        else if (!Utf8.IsValid(json.Span))
            errors.Add("json_invalid", Body, "JSON decode error: the body is not UTF-8", "{}");
        else
            return ParseText(json, read, errors);
        return default;
    }

    private static T ParseText<T>(ReadOnlyMemory<byte> json, Func<RequestFields, T> read, FieldErrors errors) where T : struct
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object)
                return read(new RequestFields(root, errors));
            if (root.ValueKind == JsonValueKind.Null)
                errors.Add("missing", Body, "Field required", "null");
            else
                errors.Add("model_attributes_type", Body, "Input should be a valid dictionary or object to extract fields from", JsonEcho.Of(root));
        }
        catch (JsonException broken) when (broken.BytePositionInLine is null)
        {
            errors.Add("json_invalid", Body, "JSON decode error: an object has the same key twice", "{}");
        }
        catch (JsonException broken)
        {
            errors.Add("json_invalid", ["body", PositionOf(broken, json.Span)], "JSON decode error", "{}");
        }
        catch (InvalidOperationException)
        {
            // Thrown for half a surrogate pair, which a JSON escape can spell and no text can hold, in a key.
            errors.Add("json_invalid", Body, "JSON decode error: a key is not Unicode text", "{}");
        }
        return default;
    }

    private static bool SaysJson(string? contentType)
    {
        // As FastAPI does: a body that does not say what it is, is taken for JSON.
        if (contentType is null || contentType.Equals(JsonAnswers.ContentType, StringComparison.OrdinalIgnoreCase))
            return true;
        if (!Microsoft.Net.Http.Headers.MediaTypeHeaderValue.TryParse(contentType, out var type))
            return false;
        var json = type.Type.Equals("application", StringComparison.OrdinalIgnoreCase)
            && (type.SubType.Equals("json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));
        return json && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The position in characters from the start of the body, as Python counts it.</summary>
    private static int PositionOf(JsonException broken, ReadOnlySpan<byte> json)
    {
        var start = 0;
        for (var line = broken.LineNumber ?? 0; line > 0; line--)
            start += json[start..].IndexOf((byte)'\n') + 1;
        var end = Math.Min(json.Length, start + (int)(broken.BytePositionInLine ?? 0));
        return Encoding.UTF8.GetCharCount(json[..end]);
    }
}
