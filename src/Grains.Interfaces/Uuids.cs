using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Wingman;

/// <summary>UUIDs as clients write them: 8-4-4-4-12 hexadecimal digits, in either case.</summary>
public static class Uuids
{
    private const string Form = "D";
    private const int Length = 36;

    // .NET accepts a sign or 0x in front of each group.
    private static readonly SearchValues<char> NoDigits = SearchValues.Create("+xX");

    /// <summary>Reads a UUID. .NET's own method would also accept other forms, and blanks around them.</summary>
    /// <param name="text">The text; null is not a UUID.</param>
    /// <param name="id">The UUID, or the nil UUID where the text is not one.</param>
    /// <returns>Whether the text is a UUID.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out Guid id)
    {
        id = default;
        return text is { Length: Length } && !text.AsSpan().ContainsAny(NoDigits) && Guid.TryParseExact(text, Form, out id);
    }

    /// <summary>Reads a UUID.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The UUID.</returns>
    /// <exception cref="FormatException">The text is not a UUID.</exception>
    public static Guid Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException("A UUID has the form 8-4-4-4-12 hexadecimal digits.");
}
