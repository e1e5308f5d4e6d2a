using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Wingman.Wire;

namespace Wingman.Reference;

/// <summary>The shape of a 422.</summary>
/// <param name="Detail">Everything that is wrong.</param>
internal sealed record FieldErrorsBody(IReadOnlyList<FieldErrorBody> Detail);

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Type">What is wrong, for programs.</param>
/// <param name="Loc">Where: `body`, `path` or `query`, then a name or, in broken JSON, a position.</param>
/// <param name="Msg">What is wrong, for people.</param>
/// <param name="Input">What came instead.</param>
internal sealed record FieldErrorBody(string Type, IReadOnlyList<object> Loc, string Msg, JsonNode? Input);

/// <summary>Writes the rules of fields and ids into the API's description.</summary>
internal static class FieldDocs
{
    private static readonly Type[] Ids = [typeof(SessionId), typeof(UserId), typeof(MatchId)];

    /// <summary>Describes one schema.</summary>
    public static Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        if (context.JsonPropertyInfo?.AttributeProvider?.GetCustomAttributes(typeof(FieldRule), inherit: false) is [FieldRule rule])
            rule.Describe(schema);
        if (context.ParameterDescription is { } parameter && Ids.Contains(parameter.Type))
            (schema.Type, schema.Format) = (JsonSchemaType.String, "uuid");
        return Task.CompletedTask;
    }
}
