using System.Diagnostics.CodeAnalysis;

namespace Wingman.Wire;

/// <summary>UUIDs as clients write them: 8-4-4-4-12 hexadecimal digits, in either case.</summary>
internal static class Uuids
{
    /// <summary>pydantic's name for a text that is none.</summary>
    public const string ErrorType = "uuid_parsing";

    /// <summary>The sentence for a text that is none.</summary>
    public const string ErrorMessage = "Input should be a valid UUID, in the form 8-4-4-4-12 hexadecimal digits";

    /// <summary>Reads a UUID. .NET would take other forms (and blanks around them) as well.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Guid id)
    {
        id = default;
        return text is { Length: 36 } && Guid.TryParseExact(text, "D", out id);
    }

    /// <summary>Reads a UUID from the path, or notes that it is none.</summary>
    public static Guid OfPath(HttpContext http, string name, FieldErrors errors)
    {
        var text = http.Request.RouteValues[name] as string;
        if (!TryParse(text, out var id))
            errors.AddText(ErrorType, ["path", name], ErrorMessage, text);
        return id;
    }
}
