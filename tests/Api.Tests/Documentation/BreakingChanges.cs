using System.Globalization;
using System.Text.Json.Nodes;

namespace Wingman.Api.Tests.Documentation;

/// <summary>Compares two versions of the API's description: what in the newer one breaks clients that were written for the older one.</summary>
internal sealed class BreakingChanges
{
    // A length or a count cannot be below 0; a number has no bound unless one is given.
    private static readonly (string Keyword, bool IsUpper, double None)[] Bounds =
    [
        ("minLength", false, 0), ("maxLength", true, double.PositiveInfinity), ("minItems", false, 0), ("maxItems", true, double.PositiveInfinity),
        ("minimum", false, double.NegativeInfinity), ("maximum", true, double.PositiveInfinity),
    ];

    private readonly JsonNode _released;
    private readonly JsonNode _current;
    private readonly List<string> _found = [];

    private BreakingChanges(JsonNode released, JsonNode current) => (_released, _current) = (released, current);

    // Requests that clients send must still be accepted; answers must still contain what clients read.
    private enum Direction
    {
        Request,
        Answer,
    }

    /// <summary>Each breaking change, as a sentence.</summary>
    public static IReadOnlyList<string> Find(JsonNode released, JsonNode current)
    {
        var comparison = new BreakingChanges(released, current);
        foreach (var (path, operations) in Members(released["paths"]))
        {
            foreach (var (method, operation) in Members(operations))
                comparison.CompareOperation($"{method.ToUpperInvariant()} {path}", operation!, current["paths"]?[path]?[method]);
        }

        return comparison._found;
    }

    private void CompareOperation(string name, JsonNode released, JsonNode? current)
    {
        if (current is null)
        {
            _found.Add($"{name} is gone.");
            return;
        }

        CompareParameters(name, released, current);
        CompareSecurity(name, released, current);
        CompareContents($"{name}: the body", Direction.Request, released["requestBody"], current["requestBody"]);
        if (released["requestBody"] is null && (bool?)current["requestBody"]?["required"] == true) _found.Add($"{name} requires a body.");
        foreach (var (status, answer) in Members(released["responses"]))
        {
            if (current["responses"]?[status] is { } still)
                CompareContents($"{name}: the answer {status}", Direction.Answer, answer, still);
            else
                _found.Add($"{name} does not list the status {status} any more.");
        }
    }

    private void CompareParameters(string name, JsonNode released, JsonNode current)
    {
        var before = Parameters(released);
        foreach (var (key, parameter) in Parameters(current))
        {
            var was = before.GetValueOrDefault(key);
            if ((bool?)parameter["required"] == true && (bool?)was?["required"] != true)
                _found.Add($"{name} requires the parameter {key}.");
            if (was is not null) CompareSchema($"{name}: the parameter {key}", Direction.Request, was["schema"], parameter["schema"]);
        }

        foreach (var key in before.Keys.Except(Parameters(current).Keys)) _found.Add($"{name} does not take the parameter {key} any more.");
    }

    private void CompareSecurity(string name, JsonNode released, JsonNode current)
    {
        static string[] SchemesOf(JsonNode operation) => [.. (operation["security"]?.AsArray() ?? []).SelectMany(one => Members(one)).Select(one => one.Key)];
        foreach (var scheme in SchemesOf(released).Except(SchemesOf(current)))
            _found.Add($"{name} does not take the security scheme {scheme} any more.");
    }

    private void CompareContents(string place, Direction direction, JsonNode? released, JsonNode? current)
    {
        foreach (var (type, content) in Members(released?["content"]))
        {
            if (current?["content"]?[type] is { } still)
                CompareSchema(place, direction, content!["schema"], still["schema"]);
            else
                _found.Add($"{place} is not {type} any more.");
        }
    }

    private void CompareSchema(string place, Direction direction, JsonNode? releasedSchema, JsonNode? currentSchema)
    {
        if (Resolve(_released, releasedSchema) is not { } released || Resolve(_current, currentSchema) is not { } current) return;

        CompareTypes(place, direction, released, current);
        CompareBounds(place, direction, released, current);
        CompareTexts(place, direction, released, current);
        CompareValues(place, released, current);
        CompareProperties(place, direction, released, current);
        CompareSchema($"{place}, an item", direction, released["items"], current["items"]);
        foreach (var keyword in new[] { "oneOf", "anyOf", "allOf" })
        {
            var (before, now) = (released[keyword]?.AsArray() ?? [], current[keyword]?.AsArray() ?? []);
            if (before.Count != now.Count) _found.Add($"{place} has another {keyword}.");
            foreach (var (one, other) in before.Zip(now)) CompareSchema(place, direction, one, other);
        }
    }

    // A request's type may become wider, an answer's narrower.
    private void CompareTypes(string place, Direction direction, JsonNode released, JsonNode current)
    {
        var (before, now) = (Types(released), Types(current));
        var isChanged = direction == Direction.Request ? before.Except(now).Any() || (before.Length == 0 && now.Length > 0) : now.Except(before).Any() || now.Length < Math.Min(before.Length, 1);
        if (isChanged) _found.Add($"{place} was of the type {string.Join(" or ", before)} and is {string.Join(" or ", now)}.");
    }

    // A request's bounds may become wider, an answer's narrower.
    private void CompareBounds(string place, Direction direction, JsonNode released, JsonNode current)
    {
        foreach (var (keyword, isUpper, none) in Bounds)
        {
            var (before, now) = (NumberOf(released[keyword], none), NumberOf(current[keyword], none));
            var isWider = isUpper ? now > before : now < before;
            var isNarrower = isUpper ? now < before : now > before;
            if (direction == Direction.Request ? isNarrower : isWider) Report(place, keyword, released, current);
        }
    }

    // Which of two patterns is the narrower one is not known: a request's may only be left out, an answer's only be added. A format that is
    // left out breaks generated clients as well, since it decides which type they have.
    private void CompareTexts(string place, Direction direction, JsonNode released, JsonNode current)
    {
        var (patternBefore, patternNow) = ((string?)released["pattern"], (string?)current["pattern"]);
        if (patternBefore != patternNow && (direction == Direction.Request ? patternNow : patternBefore) is not null) Report(place, "pattern", released, current);
        var (formatBefore, formatNow) = ((string?)released["format"], (string?)current["format"]);
        if (formatBefore != formatNow && (formatBefore is not null || direction == Direction.Request)) Report(place, "format", released, current);
    }

    private void Report(string place, string keyword, JsonNode released, JsonNode current) =>
        _found.Add($"{place} had the {keyword} {released[keyword]?.ToString() ?? "none"} and has {current[keyword]?.ToString() ?? "none"}.");

    private void CompareValues(string place, JsonNode released, JsonNode current)
    {
        var now = Texts(current["enum"]);
        if (now.Length == 0) return;
        if (released["enum"] is null) _found.Add($"{place} has only these values now: {string.Join(", ", now)}.");
        foreach (var value in Texts(released["enum"]).Except(now)) _found.Add($"{place} does not know the value {value} any more.");
    }

    private void CompareProperties(string place, Direction direction, JsonNode released, JsonNode current)
    {
        var (requiredBefore, requiredNow) = (Texts(released["required"]), Texts(current["required"]));
        if (direction == Direction.Request)
        {
            foreach (var name in requiredNow.Except(requiredBefore)) _found.Add($"{place} requires the property {name}.");
        }
        else
        {
            foreach (var name in requiredBefore.Except(requiredNow).Where(name => current["properties"]?[name] is not null))
                _found.Add($"{place} may lack the property {name}.");
        }

        foreach (var (name, property) in Members(released["properties"]))
        {
            if (current["properties"]?.AsObject().ContainsKey(name) == true)
                CompareSchema($"{place}, property {name}", direction, property, current["properties"]![name]);
            else
                _found.Add($"{place} has no property {name} any more.");
        }
    }

    private static JsonNode? Resolve(JsonNode document, JsonNode? schema) =>
        schema?["$ref"] is { } reference ? document["components"]!["schemas"]![((string)reference!).Split('/')[^1]] : schema;

    private static Dictionary<string, JsonNode> Parameters(JsonNode operation) =>
        (operation["parameters"]?.AsArray() ?? []).ToDictionary(one => $"{one!["name"]} ({one["in"]})", one => one!);

    private static string[] Types(JsonNode schema) => schema["type"] is JsonValue one ? [(string)one!] : Texts(schema["type"]);

    private static double NumberOf(JsonNode? value, double none) => value is null ? none : double.Parse(value.ToString(), CultureInfo.InvariantCulture);

    private static string[] Texts(JsonNode? array) => [.. (array?.AsArray() ?? []).Select(text => text?.ToString() ?? "null")];

    private static JsonObject Members(JsonNode? value) => value?.AsObject() ?? [];
}
