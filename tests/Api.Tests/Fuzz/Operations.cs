using System.Text.Json.Nodes;
using Wingman.Testing;

namespace Wingman.Api.Tests.Fuzz;

/// <summary>An operation of the checked-in description.</summary>
internal sealed record Operation(string Method, string Template, JsonObject? BodySchema, IReadOnlyList<string> QueryNames)
{
    private static readonly JsonNode Document = JsonNode.Parse(File.ReadAllText(Path.Combine(HostBinaries.Repository, "docs", "openapi.json")))!;

    /// <summary>All of them.</summary>
    public static Operation[] All { get; } =
    [
        .. from path in Document["paths"]!.AsObject()
           from operation in path.Value!.AsObject()
           where operation.Value is JsonObject
           select new Operation(operation.Key.ToUpperInvariant(), path.Key, SchemaOf(operation.Value!), QueryOf(operation.Value!)),
    ];

    private static JsonObject? SchemaOf(JsonNode operation) => Resolve(operation["requestBody"]?["content"]?["application/json"]?["schema"]);

    private static string[] QueryOf(JsonNode operation) =>
        [.. (operation["parameters"]?.AsArray() ?? []).Where(one => (string)one!["in"]! == "query").Select(one => (string)one!["name"]!)];

    private static JsonObject? Resolve(JsonNode? schema) =>
        schema?["$ref"] is { } reference ? Document["components"]!["schemas"]![((string)reference!).Split('/')[^1]]!.AsObject() : schema?.AsObject();
}
