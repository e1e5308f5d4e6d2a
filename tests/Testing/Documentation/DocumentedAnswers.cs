using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Json.Schema;

namespace Wingman.Testing;

/// <summary>An answer as it arrived.</summary>
/// <param name="Method">The request's method.</param>
/// <param name="Address">Where the request was sent to.</param>
/// <param name="Status">The status.</param>
/// <param name="ContentType">The content type; null if there is none.</param>
/// <param name="Body">The body; empty for a live stream, which has no end.</param>
public sealed record GivenAnswer(HttpMethod Method, Uri Address, int Status, string? ContentType, ReadOnlyMemory<byte> Body);

/// <summary>An answer is not as described. No test may retry until another answer comes.</summary>
/// <param name="message">What is wrong.</param>
public sealed class UndocumentedAnswerException(string message) : Exception(message);

/// <summary>
/// Compares answers of users' ports with the checked-in description of the API: the route must list the status, and the body must have
/// the shape that is described for it.
/// </summary>
public static class DocumentedAnswers
{
    internal const string EventStream = "text/event-stream";

    private static readonly JsonNode Document = JsonNode.Parse(File.ReadAllText(Path.Combine(HostBinaries.Repository, "docs", "openapi.json")))!;
    private static readonly EvaluationOptions Options = new() { OutputFormat = OutputFormat.List };

    // Longer templates have more fixed text: "create" before "{session_id}".
    private static readonly (Regex Path, string Template)[] Templates = [.. Document["paths"]!.AsObject()
        .Select(static path => path.Key)
        .OrderBy(static template => template.Count(static c => c == '{')).ThenByDescending(static template => template.Length)
        .Select(static template => (new Regex("^" + Regex.Replace(template, "{[^}]*}", "[^/]+") + "$"), template))];

    private static readonly ConcurrentDictionary<(string Template, string Method, int Status), JsonSchema?> Schemas = new();

    /// <summary>The description's path for an address; null where it has none, as for health checks and all that operators use.</summary>
    public static string? TemplateOf(Uri address) => Array.Find(Templates, known => known.Path.IsMatch(address.AbsolutePath)).Template;

    /// <summary>What is not as described; null if nothing is, or if the description has no such path.</summary>
    public static string? ProblemOf(GivenAnswer answer)
    {
        var method = answer.Method == HttpMethod.Head ? "get" : answer.Method.Method.ToLowerInvariant();
        string[] templates = [.. Templates.Where(known => known.Path.IsMatch(answer.Address.AbsolutePath)).Select(static known => known.Template)];
        if (templates is []) return null;
        // GET of "create" reaches the endpoint that reads a session, with "create" as an invalid id.
        if (Array.Find(templates, known => Document["paths"]![known]![method] is not null) is not { } template)
        {
            // No endpoint takes the method, so the answer comes from the middleware in front of the endpoints.
            return answer.Status is 405 or 401 or 204 or 200 or 429 ? null : $"{answer.Method} {templates[0]} answered {answer.Status}";
        }

        var content = Document["paths"]![template]![method]!["responses"]![$"{answer.Status}"]?["content"];
        if (content is null) return $"{answer.Method} {template} answered {answer.Status}, which the description does not list: {Text(answer)}";
        if (answer.Method == HttpMethod.Head || (answer.ContentType == EventStream && content[EventStream] is not null)) return null;
        if (answer.ContentType != "application/json" || Schemas.GetOrAdd((template, method, answer.Status), SchemaOf) is not { } schema)
            return $"{answer.Method} {template} {answer.Status} has the content type {answer.ContentType ?? "none"}, which the description does not list: {Text(answer)}";
        try
        {
            using var json = JsonDocument.Parse(answer.Body);
            var result = schema.Evaluate(json.RootElement, Options);
            return result.IsValid ? null : $"{answer.Method} {template} {answer.Status}: {Text(answer)} is not as described: {JsonSerializer.Serialize(result)}";
        }
        catch (JsonException broken)
        {
            return $"{answer.Method} {template} {answer.Status}: {Text(answer)} is no JSON: {broken.Message}";
        }
    }

    /// <summary>Fails for an answer that is not as described.</summary>
    /// <exception cref="UndocumentedAnswerException">It is not.</exception>
    public static void Check(GivenAnswer answer)
    {
        if (ProblemOf(answer) is { } problem) throw new UndocumentedAnswerException(problem);
    }

    /// <summary>Fails for an answer that is not as described.</summary>
    /// <exception cref="UndocumentedAnswerException">It is not.</exception>
    public static void Check(HttpMethod method, Uri address, int status, string? contentType, string body) =>
        Check(new GivenAnswer(method, address, status, contentType, Encoding.UTF8.GetBytes(body)));

    private static string Text(GivenAnswer answer) => Encoding.UTF8.GetString(answer.Body.Span);

    private static JsonSchema? SchemaOf((string Template, string Method, int Status) answer)
    {
        var response = Document["paths"]![answer.Template]![answer.Method]!["responses"]![$"{answer.Status}"];
        if (response?["content"]?["application/json"]?["schema"] is not { } schema) return null;
        var whole = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$defs"] = Document["components"]!["schemas"]!.DeepClone(),
            ["allOf"] = new JsonArray(schema.DeepClone()),
        };
        return JsonSchema.FromText(whole.ToJsonString().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal));
    }
}
