using System.Text;
using System.Text.Json;

namespace Wingman.Wire;

/// <summary>Repeats a caller's JSON in a refusal, without the blanks between tokens.</summary>
internal static class JsonEcho
{
    /// <summary>The element's own text. It is copied and not encoded again, since half a surrogate pair cannot be decoded.</summary>
    public static string Of(JsonElement element)
    {
        var raw = element.GetRawText();
        var compact = new StringBuilder(raw.Length);
        var quoted = false;
        for (var i = 0; i < raw.Length; i++)
        {
            var c = raw[i];
            if (quoted && c == '\\')
                compact.Append(c).Append(raw[++i]);
            else if (quoted || c is not (' ' or '\t' or '\r' or '\n'))
                compact.Append(c);
            if (c == '"') quoted = !quoted;
        }

        return compact.ToString();
    }
}
