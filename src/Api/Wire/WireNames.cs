using System.Text.Json;

namespace Wingman.Wire;

/// <summary>The snake_case names of enumerations, as clients and tables know them.</summary>
internal static class WireNames
{
    /// <summary>The name of a value.</summary>
    public static string Of<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
