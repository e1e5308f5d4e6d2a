using System.Text.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Wingman.Wire;

namespace Wingman.Reference;

/// <summary>Writes the rules of fields and ids into the API's description.</summary>
internal static class FieldDocs
{
    private static readonly Type[] Ids = [typeof(SessionId), typeof(UserId), typeof(MatchId)];

    /// <summary>Describes one schema. ASP.NET does not know the output of converters, which write instants, enumerations and ids as texts.</summary>
    public static Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        var isNullable = type != context.JsonTypeInfo.Type;
        if (type == typeof(DateTimeOffset))
            (schema.Type, schema.Format) = (JsonSchemaType.String | (isNullable ? JsonSchemaType.Null : 0), "date-time");
        if (type.IsEnum)
        {
            // Whether a member may be null is described where it refers to the enumeration, so null is not listed among the values.
            schema.Type = JsonSchemaType.String;
            schema.Enum = [.. (schema.Enum ?? []).Where(value => value?.GetValueKind() == JsonValueKind.String)];
        }

        if (Ids.Contains(type)) (schema.Type, schema.Format, schema.Properties) = (JsonSchemaType.String, "uuid", null);
        if (context.JsonPropertyInfo?.AttributeProvider?.GetCustomAttributes(typeof(FieldRule), inherit: false) is [FieldRule rule])
            rule.Describe(schema);
        return Task.CompletedTask;
    }
}
