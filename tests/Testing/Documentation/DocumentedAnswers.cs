using System.Collections.Concurrent;
using System.Globalization;
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

    private const string EndOfHeaders = "\r\n\r\n";
    private const string ContentType = "Content-Type:";

    private static readonly JsonNode Document = JsonNode.Parse(File.ReadAllText(Path.Combine(HostBinaries.Repository, "docs", "openapi.json")))!;
    private static readonly EvaluationOptions Options = new() { OutputFormat = OutputFormat.List };

    // Longer templates have more fixed text: "create" before "{session_id}".
    private static readonly (Regex Path, string Template)[] Templates = [.. Document["paths"]!.AsObject()
        .Select(static path => path.Key)
        .OrderBy(static template => template.Count(static c => c == '{')).ThenByDescending(static template => template.Length)
        .Select(static template => (new Regex("^" + Regex.Replace(template, "{[^}]*}", "[^/]+") + "$"), template))];

    private static readonly ConcurrentDictionary<(string Template, string Method, int Status), JsonSchema?> Schemas = new();

    private static readonly Lazy<JsonSchema> EventData = new(static () =>
        Compile(Document["paths"]!["/api/session/{session_id}/events"]!["get"]!["responses"]!["200"]!["content"]![EventStream]!["schema"]!));

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

    /// <summary>Fails for an answer that is not as described, read from a connection on which one request was sent.</summary>
    /// <param name="host">Where the request was sent to.</param>
    /// <param name="request">The request; its first line is enough.</param>
    /// <param name="answer">All that came back. If the server closed the connection without an answer, there is nothing to compare.</param>
    /// <exception cref="UndocumentedAnswerException">It is not.</exception>
    public static void Check(Uri host, string request, string answer)
    {
        var end = answer.IndexOf(EndOfHeaders, StringComparison.Ordinal);
        if (end < 0) return;
        var (lines, body) = (answer[..end].Split("\r\n"), answer[(end + EndOfHeaders.Length)..]);
        var status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
        // The server itself refuses without a body what it cannot read as a request, or does not want to read to its end.
        if (body.Length == 0 && status is 400 or 405 or 408 or 411 or 413 or 414 or 417 or 431 or 501 or 505) return;
        if (request.Split("\r\n", 2)[0].Split(' ') is not [var method, var target, ..] || !Uri.TryCreate(host, target, out var address)) return;

        var contentType = Array.Find(lines, static line => line.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase))?[ContentType.Length..].Trim();
        Check(new HttpMethod(method), address, status, contentType, body);
    }

    /// <summary>Fails for an event of a live stream whose data is not as described.</summary>
    /// <exception cref="UndocumentedAnswerException">It is not.</exception>
    public static void CheckEvent(string name, JsonElement data)
    {
        var result = EventData.Value.Evaluate(data, Options);
        if (!result.IsValid) throw new UndocumentedAnswerException($"The event '{name}' with {data} is not as described: {JsonSerializer.Serialize(result)}");
    }

    private static string Text(GivenAnswer answer) => Encoding.UTF8.GetString(answer.Body.Span);

    private static JsonSchema? SchemaOf((string Template, string Method, int Status) answer)
    {
        var response = Document["paths"]![answer.Template]![answer.Method]!["responses"]![$"{answer.Status}"];
        return response?["content"]?["application/json"]?["schema"] is { } schema ? Compile(schema) : null;
    }

    private static JsonSchema Compile(JsonNode schema)
    {
        var whole = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$defs"] = Document["components"]!["schemas"]!.DeepClone(),
            ["allOf"] = new JsonArray(schema.DeepClone()),
        };
        return JsonSchema.FromText(whole.ToJsonString().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal));
    }
}
