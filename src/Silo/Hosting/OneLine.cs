namespace Wingman.Silo.Hosting;

/// <summary>Escapes text from others, so that it stays on one line of output and cannot control the terminal. Pure.</summary>
internal static class OneLine
{
    /// <summary>The text, with JSON's escapes in place of its line breaks and other control characters.</summary>
    public static string Of(string text) => text.Any(IsEscaped) ? string.Concat(text.Select(Escape)) : text;

    private static bool IsEscaped(char letter) => char.IsControl(letter) || letter is '\u2028' or '\u2029';

    private static string Escape(char letter) => letter switch
    {
        '\n' => @"\n",
        '\r' => @"\r",
        '\t' => @"\t",
        _ when IsEscaped(letter) => $"\\u{(int)letter:X4}",
        _ => letter.ToString(),
    };
}
