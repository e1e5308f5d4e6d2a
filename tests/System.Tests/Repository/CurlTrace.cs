using System.Text;
using Wingman.Testing;

namespace Wingman.SystemTests.Repository;

/// <summary>What one call of curl has sent and received, from the file that its option <c>--trace</c> writes.</summary>
/// <param name="Request">The request, as it was on the connection.</param>
/// <param name="Answer">The answer, as it was on the connection.</param>
internal sealed record CurlTrace(string Request, string Answer)
{
    /// <summary>A curl that writes such a file into the folder of its settings, whatever its arguments are. It must come first in the path.</summary>
    public const string Program = """
        #!/usr/bin/env bash
        PATH=${PATH//"$CURL_HOME:"/}
        exec curl --trace "$(mktemp "$CURL_HOME/trace-XXXXXX")" "$@"
        """;

    // Each line of a trace has the bytes of its part in hexadecimal, with a blank behind each, and then as text.
    private const int HexadecimalPerLine = 16 * 3;

    /// <summary>Compares the answers of all traces in a folder with the description of the API, and deletes the traces.</summary>
    /// <exception cref="UndocumentedAnswerException">An answer is not as described.</exception>
    public static void CheckAll(string folder)
    {
        foreach (var file in Directory.GetFiles(folder, "trace-*"))
        {
            var trace = Parse(File.ReadLines(file));
            File.Delete(file);
            DocumentedAnswers.Check(new Uri("http://curl.test"), trace.Request, trace.Answer);
        }
    }

    private static CurlTrace Parse(IEnumerable<string> lines)
    {
        List<byte> sent = [], received = [];
        List<byte>? part = null;
        foreach (var line in lines)
        {
            if (line.StartsWith("=>", StringComparison.Ordinal)) part = IsEncrypted(line) ? null : sent;
            else if (line.StartsWith("<=", StringComparison.Ordinal)) part = IsEncrypted(line) ? null : received;
            else if (line.StartsWith("==", StringComparison.Ordinal)) part = null;
            else part?.AddRange(BytesOf(line));
        }

        return new(Encoding.UTF8.GetString(sent.ToArray()), Encoding.UTF8.GetString(received.ToArray()));
    }

    private static bool IsEncrypted(string heading) => heading.Contains(" SSL ", StringComparison.Ordinal);

    private static byte[] BytesOf(string line)
    {
        var bytes = line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..];
        return Convert.FromHexString(bytes[..Math.Min(HexadecimalPerLine, bytes.Length)].Replace(" ", "", StringComparison.Ordinal));
    }
}
