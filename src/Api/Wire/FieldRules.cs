using System.Text.Json;
using Microsoft.OpenApi;
using Wingman.Authentication;

namespace Wingman.Wire;

/// <summary>The rule for a member of a body, as an attribute of the record's property.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal abstract class FieldRule : Attribute
{
    /// <summary>The error of a value, with the type and the message of FastAPI (pydantic 2); null if there is none.</summary>
    public abstract (string Type, string Message)? Check(JsonElement value);

    /// <summary>Writes the rule into the API's description.</summary>
    public abstract void Describe(OpenApiSchema schema);

    /// <summary>The text of a value, or why it has none.</summary>
    protected static (string Type, string Message)? CheckText(JsonElement value, out string text)
    {
        text = "";
        if (value.ValueKind != JsonValueKind.String) return ("string_type", "Input should be a valid string");
        if (StrictJson.Text(value) is { } read)
        {
            text = read;
            return null;
        }

        // Half a surrogate pair: JSON can express it by an escape, but no valid text contains it.
        return ("string_unicode", "Input should be a valid string, unable to parse raw data as a unicode string");
    }
}

/// <summary>The members of a type of body with their rules, computed once.</summary>
internal static class FieldRules<T>
{
    private static readonly (string Name, bool IsRequired, bool IsNullable, FieldRule Rule)[] Fields =
        [.. WireJson.Options.GetTypeInfo(typeof(T)).Properties.Where(property => property.Set is not null || property.AssociatedParameter is not null).Select(property => (
            property.Name,
            property.IsRequired,
            property.IsSetNullable,
            property.AttributeProvider!.GetCustomAttributes(typeof(FieldRule), inherit: false).OfType<FieldRule>().SingleOrDefault()
                ?? throw new InvalidOperationException($"{typeof(T).Name}.{property.Name} needs a rule, such as [Uuid] or [Text].")))];

    /// <summary>Checks all members, and adds all errors.</summary>
    public static void Check(JsonElement body, FieldErrors errors)
    {
        foreach (var (name, isRequired, isNullable, rule) in Fields)
        {
            if (!body.TryGetProperty(name, out var value))
            {
                if (isRequired) errors.Add("missing", ["body", name], "Field required", JsonEcho.Of(body));
            }
            else if (!(isNullable && value.ValueKind == JsonValueKind.Null) && rule.Check(value) is { } problem)
            {
                errors.Add(problem.Type, ["body", name], problem.Message, JsonEcho.Of(value));
            }
        }
    }
}
