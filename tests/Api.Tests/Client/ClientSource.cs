using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using NJsonSchema;
using NJsonSchema.CodeGeneration;
using NJsonSchema.CodeGeneration.CSharp;
using NSwag;
using NSwag.CodeGeneration;
using NSwag.CodeGeneration.CSharp;
using NSwag.CodeGeneration.OperationNameGenerators;

namespace Wingman.Api.Tests.Client;

/// <summary>Writes the part of the client that follows from the API's description: a method for each operation, and their bodies.</summary>
internal static class ClientSource
{
    private const string EventStream = "text/event-stream";

    // These are written by hand: refusals become the exception's properties, and ids have types of their own.
    private static readonly string[] TypesByHand =
        ["ErrorBody", "ErrorBodyCode", "FieldErrorsBody", "Detail", "SessionId", "UserId", "MatchId"];

    /// <summary>The file for a description.</summary>
    public static async Task<string> GenerateAsync(string description)
    {
        var codes = CodesOf(description);
        var document = await OpenApiDocument.FromJsonAsync(description);
        foreach (var path in document.Paths.Values) Prepare(path);
        foreach (var schema in document.Definitions.Values) Prepare(schema);

        var settings = new CSharpClientGeneratorSettings
        {
            ClassName = "WingmanClient",
            ExceptionClass = "WingmanException",
            GenerateExceptionClasses = false,
            GenerateOptionalParameters = true,
            InjectHttpClient = true,
            DisposeHttpClient = false,
            UseBaseUrl = false,
            OperationNameGenerator = new SingleClientFromOperationIdOperationNameGenerator(),
            ParameterNameGenerator = new ParameterNames(),
            CSharpGeneratorSettings =
            {
                Namespace = "Wingman.Client",
                JsonLibrary = CSharpJsonLibrary.SystemTextJson,
                ClassStyle = CSharpClassStyle.Poco,
                UseRequiredKeyword = true,
                GenerateNullableReferenceTypes = true,
                GenerateDataAnnotations = false,
                ArrayType = "System.Collections.Generic.IReadOnlyList",
                ArrayInstanceType = "System.Collections.Generic.List",
                ExcludedTypeNames = TypesByHand,
                PropertyNameGenerator = new PropertyNames(),
                EnumNameGenerator = new EnumNames(),
            },
        };
        var source = new CSharpClientGenerator(document, settings).GenerateFile();
        // NSwag writes the attribute that another serializer reads.
        source = source.Replace("[System.Runtime.Serialization.EnumMember(Value = @", "[System.Text.Json.Serialization.JsonStringEnumMemberName(@", StringComparison.Ordinal);
        source = Regex.Replace(source, @"[ \t]+(?=\r?\n)", "");
        return source.ReplaceLineEndings("\n").TrimEnd('\n') + "\n\n" + codes;
    }

    private static void Prepare(OpenApiPathItem path)
    {
        foreach (var (method, operation) in path.ToArray())
        {
            if (operation.ActualResponses.Values.Any(response => response.Content.ContainsKey(EventStream)))
            {
                path.Remove(method);
                continue;
            }

            // Every answer that is not a success throws the same exception.
            foreach (var status in operation.Responses.Keys.Where(status => status[0] != '2').ToArray()) operation.Responses.Remove(status);
            if (operation.RequestBody is { } body) body.Name = "request";
        }
    }

    private static void Prepare(JsonSchema schema)
    {
        schema.AllowAdditionalProperties = false;
        foreach (var property in schema.Properties.Values)
        {
            // An instant may be sent as a number too: one way is enough for a client.
            if (property.Format == JsonFormatStrings.DateTime) property.Type &= ~JsonObjectType.Number;
        }
    }

    private static string CodesOf(string description)
    {
        using var document = JsonDocument.Parse(description);
        var codes = document.RootElement.GetProperty("components").GetProperty("schemas").GetProperty("ErrorBody").GetProperty("properties").GetProperty("code").GetProperty("enum")
            .EnumerateArray().Select(code => code.GetString()!);
        var source = new StringBuilder(
            """
            namespace Wingman.Client
            {
                /// <summary>What a refusal means. A code never changes; a newer service may know more of them.</summary>
                public static class WingmanCodes
                {

            """);
        foreach (var code in codes)
            source.Append("        /// <summary><c>").Append(code).Append("</c></summary>\n        public const string ").Append(NameOf(code)).Append(" = \"").Append(code).Append("\";\n\n");
        source.Append("        /// <summary>The code of a body that has none, by its detail; null if it is not known.</summary>\n        internal static string? OfDetail(string detail) => detail switch\n        {\n");
        foreach (var (detail, code) in DetailsWithoutCode(document.RootElement))
            source.Append("            ").Append(JsonSerializer.Serialize(detail)).Append(" => ").Append(NameOf(code)).Append(",\n");
        return source.Append("            _ => null,\n        };\n    }\n}\n").ToString();
    }

    private static SortedDictionary<string, string> DetailsWithoutCode(JsonElement document)
    {
        var details = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var answers = from path in document.GetProperty("paths").EnumerateObject()
                      from operation in path.Value.EnumerateObject()
                      from response in operation.Value.GetProperty("responses").EnumerateObject()
                      from content in response.Value.GetProperty("content").EnumerateObject()
                      select content.Value;
        foreach (var answer in answers)
        {
            if (!answer.TryGetProperty("examples", out var examples)) continue;
            foreach (var example in examples.EnumerateObject())
            {
                var body = example.Value.GetProperty("value");
                if (!body.TryGetProperty("code", out _)) details[body.GetProperty("detail").GetString()!] = example.Name;
            }
        }

        return details;
    }

    // session_id: SessionId
    private static string NameOf(string wire) => string.Concat(wire.Split('_', '-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    private sealed class PropertyNames : IPropertyNameGenerator
    {
        public string Generate(JsonSchemaProperty property) => NameOf(property.Name);
    }

    private sealed class EnumNames : IEnumNameGenerator
    {
        public string Generate(int index, string? name, object? value, JsonSchema schema) => NameOf(name!);
    }

    private sealed class ParameterNames : IParameterNameGenerator
    {
        public string Generate(OpenApiParameter parameter, IEnumerable<OpenApiParameter> allParameters)
        {
            var name = NameOf(parameter.Name);
            return char.ToLowerInvariant(name[0]) + name[1..];
        }
    }
}
