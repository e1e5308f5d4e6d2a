using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Json.Schema;
using Wingman.Testing;

namespace Wingman.Api.Tests.Host;

/// <summary>
/// Compares every answer that the tests receive with the checked-in description of the API: the route must list the status, and
/// the body must have the shape that is described for it.
/// </summary>
internal static class Documented
{
    private static readonly JsonNode Document = JsonNode.Parse(File.ReadAllText(Path.Combine(HostBinaries.Repository, "docs", "openapi.json")))!;
    private static readonly EvaluationOptions Options = new() { OutputFormat = OutputFormat.List };

    // Longer templates have more fixed text: "create" before "{session_id}".
    private static readonly (Regex Path, string Template)[] Templates = [.. Document["paths"]!.AsObject()
        .Select(path => path.Key)
        .OrderBy(template => template.Count(c => c == '{')).ThenByDescending(template => template.Length)
        .Select(template => (new Regex("^" + Regex.Replace(template, "{[^}]*}", "[^/]+") + "$"), template))];

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<(string Template, string Method, int Status), JsonSchema?> Schemas = new();

    /// <summary>Fails for an answer that is not as described.</summary>
    public static void Check(HttpMethod method, Uri address, int status, string? contentType, string body)
    {
        var described = method == HttpMethod.Head ? "get" : method.Method.ToLowerInvariant();
        string[] templates = [.. Templates.Where(known => known.Path.IsMatch(address.AbsolutePath)).Select(known => known.Template)];
        if (templates is []) return;
        // GET of "create" reaches the endpoint that reads a session, with "create" as an invalid id.
        if (Array.Find(templates, known => Document["paths"]![known]![described] is not null) is not { } template)
        {
            // No endpoint takes the method, so the answer comes from the middleware in front of the endpoints.
            Assert.True(status is 405 or 401 or 204 or 200 or 429, $"{method} {templates[0]} answered {status}");
            return;
        }

        var schema = Schemas.GetOrAdd((template, described, status), SchemaOf);
        Assert.True(schema is not null, $"{method} {template} answered {status}, which the description does not list: {body}");
        if (method == HttpMethod.Head) return;
        Assert.Equal("application/json", contentType);
        using var json = JsonDocument.Parse(body);
        var result = schema.Evaluate(json.RootElement, Options);
        Assert.True(result.IsValid, $"{method} {template} {status}: {body} is not as described: {JsonSerializer.Serialize(result)}");
    }

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
