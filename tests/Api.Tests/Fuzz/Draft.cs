using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Wingman.Api.Tests.Fuzz;

/// <summary>A request while it is put together.</summary>
internal sealed class Draft
{
    public required string Method { get; set; }

    public required string Path { get; set; }

    public string Query { get; set; } = "";

    public string Version { get; set; } = "HTTP/1.1";

    public List<string> HeaderLines { get; } = [];

    public string? Authorization { get; set; }

    public string? ContentType { get; set; }

    public JsonObject? Json { get; set; }

    public byte[]? Body { get; set; }

    public bool IsChunked { get; set; }

    /// <summary>Whether routing may find another endpoint for the path than the description's.</summary>
    public bool IsElsewhere { get; set; }

    /// <summary>
    /// Whether the server itself may refuse it, before the API: such answers have no body. It refuses a target that does not begin with a
    /// slash, and a path with a NUL, whatever else was done to the request.
    /// </summary>
    public bool MayBeMalformed
    {
        get => field || !Path.StartsWith('/') || Path.Contains("%00", StringComparison.Ordinal);
        set;
    }

    public bool IsHead => Method == "HEAD";

    public string Target => Path + Query;

    /// <summary>The bytes that are sent.</summary>
    public byte[] ToBytes()
    {
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"{Method} {Target} {Version}\r\n");
        if (Authorization is not null) head.Append(CultureInfo.InvariantCulture, $"Authorization: {Authorization}\r\n");
        if (ContentType is not null) head.Append(CultureInfo.InvariantCulture, $"Content-Type: {ContentType}\r\n");
        foreach (var line in HeaderLines) head.Append(line).Append("\r\n");
        if (Body is not null) head.Append(IsChunked ? "Transfer-Encoding: chunked\r\n" : $"Content-Length: {Body.Length}\r\n");
        head.Append("\r\n");
        byte[] start = Encoding.Latin1.GetBytes(head.ToString());
        if (Body is null) return start;
        if (!IsChunked) return [.. start, .. Body];
        byte[] chunk = Body.Length == 0 ? [] : [.. Encoding.ASCII.GetBytes($"{Body.Length:x}\r\n"), .. Body, .. "\r\n"u8];
        return [.. start, .. chunk, .. "0\r\n\r\n"u8];
    }

    /// <summary>The request without its token. Everything that is not printable ASCII is escaped.</summary>
    public string Describe(string caller)
    {
        var shown = new StringBuilder();
        foreach (var one in ToBytes())
        {
            if (one is >= 32 and < 127 or (byte)'\n')
                shown.Append((char)one);
            else if (one != '\r')
                shown.Append(CultureInfo.InvariantCulture, $"\\x{one:x2}");
        }

        return Authorization is null ? shown.ToString() : shown.ToString().Replace(EscapedAuthorization(), $"<that of {caller}>", StringComparison.Ordinal);
    }

    /// <summary>
    /// A shell's command that prints the request's bytes. No output may have a token: the header's value is taken from the variable
    /// AUTHORIZATION.
    /// </summary>
    public string ToCommand()
    {
        var format = FormatOf(ToBytes());
        if (Authorization is null) return $"printf '{format}'";
        // The first one: a mutation may have added another after it.
        var line = FormatOf(Encoding.Latin1.GetBytes($"Authorization: {Authorization}\r\n"));
        var start = format.IndexOf(line, StringComparison.Ordinal);
        return $"printf '{format[..start]}Authorization: %s\\r\\n{format[(start + line.Length)..]}' \"$AUTHORIZATION\"";
    }

    // In a format of printf, a percent sign and a backslash mean something, as an apostrophe does to the shell.
    private static string FormatOf(byte[] bytes) => string.Concat(bytes.Select(static one => one switch
    {
        (byte)'\r' => "\\r",
        (byte)'\n' => "\\n",
        (byte)'%' => "%%",
        (byte)'\'' or (byte)'\\' or < 32 or >= 127 => $"\\{one >> 6}{(one >> 3) & 7}{one & 7}",
        _ => $"{(char)one}",
    }));

    private string EscapedAuthorization() => string.Concat(Encoding.Latin1.GetBytes(Authorization!).Select(
        static one => one is >= 32 and < 127 ? ((char)one).ToString() : $"\\x{one:x2}"));
}
