using System.Text.Json;

namespace Wingman.Client;

/// <summary>The service refused a call, or sent an answer that this client does not understand.</summary>
public sealed class WingmanException : Exception
{
    /// <summary>Reads the service's answer.</summary>
    /// <param name="message">The message where the body has no detail.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="body">The body; null if there is none.</param>
    /// <param name="headers">The headers; ignored.</param>
    /// <param name="innerException">Why the body could not be read; null where it could.</param>
    public WingmanException(
        string message, int status, string? body, IReadOnlyDictionary<string, IEnumerable<string>>? headers, Exception? innerException)
        : this(Problem.Of(body) ?? new(message, null), status, body, innerException)
    {
    }

    private WingmanException(Problem problem, int status, string? body, Exception? inner)
        : base($"{status}{(problem.Code is { } code ? $" {code}" : "")}: {problem.Detail}", inner) =>
        (Status, Code, Detail, Body) = (status, problem.Code, problem.Detail, body);

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>
    /// What is wrong, for programs: one of <see cref="WingmanCodes"/>, or a code that a newer version of the service has added. Null where
    /// the answer is not from the service, but from a proxy for example.
    /// </summary>
    public string? Code { get; }

    /// <summary>What is wrong, for people. Where fields of the request are wrong, each is named.</summary>
    public string Detail { get; }

    /// <summary>The body as it came; null or empty where there was none.</summary>
    public string? Body { get; }

    /// <summary>A refusal's body: <c>{"detail": text, "code": text}</c>, or a list of fields as the detail.</summary>
    internal sealed record Problem(string Detail, string? Code)
    {
        /// <summary>Reads a body; null if it is not the body of a refusal.</summary>
        public static Problem? Of(string? body)
        {
            try
            {
                using var json = JsonDocument.Parse(string.IsNullOrEmpty(body) ? "null" : body);
                if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("detail", out var detail))
                    return null;
                if (detail.ValueKind == JsonValueKind.Array)
                    return new(string.Join("; ", detail.EnumerateArray().Select(FieldOf)), WingmanCodes.InvalidFields);
                if (detail.ValueKind != JsonValueKind.String) return null;
                var text = detail.GetString()!;
                var hasCode = json.RootElement.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.String;
                return new(text, hasCode ? code.GetString() : WingmanCodes.OfDetail(text));
            }
            catch (JsonException)
            {
                return null;
            }
        }

        private static string FieldOf(JsonElement field)
        {
            if (field.ValueKind != JsonValueKind.Object) return field.ToString();
            var place = field.TryGetProperty("loc", out var loc) && loc.ValueKind == JsonValueKind.Array ? string.Join('.', loc.EnumerateArray()) : "";
            return $"{place}: {(field.TryGetProperty("msg", out var message) ? message.ToString() : field.ToString())}";
        }
    }
}
