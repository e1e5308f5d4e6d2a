using System.Buffers.Text;
using System.Text;

namespace Wingman.Bench.LoadGenerator;

/// <summary>An answer's status and body. A chunked body includes its chunk marks, which do not affect the checks of its JSON.</summary>
/// <param name="Status">The status.</param>
/// <param name="Body">The body.</param>
/// <param name="HasRetryAfter">Whether it says when to try again.</param>
internal readonly record struct HttpAnswer(int Status, ReadOnlyMemory<byte> Body, bool HasRetryAfter)
{
    private const int LongestDescription = 400;
    private const int StatusOffset = 9; // "HTTP/1.1 "

    /// <summary>Whether it is a refusal as the contract has it for too many requests.</summary>
    public bool IsRefusal => Status is 429 or 503 && HasRetryAfter;

    public string Describe() => $"{Status} {Encoding.UTF8.GetString(Body.Span[..Math.Min(Body.Length, LongestDescription)])}";

    /// <summary>Reads an answer if all of it is there.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> buffer, out HttpAnswer answer)
    {
        answer = default;
        var span = buffer.Span;
        var headEnd = span.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0) return false;
        var head = span[..(headEnd + 2)];
        if (!head.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(head[StatusOffset..], out int status, out _))
            throw new IOException("What came back is not HTTP/1.1.");

        var bodyStart = headEnd + 4;
        if (!TryMeasureBody(head, span[bodyStart..], out var length)) return false;
        answer = new HttpAnswer(status, buffer.Slice(bodyStart, length), head.IndexOf("\r\nRetry-After: "u8) >= 0);
        return true;
    }

    private static bool TryMeasureBody(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, out int length)
    {
        if (head.IndexOf("\r\nContent-Length: "u8) is >= 0 and var at)
        {
            if (!Utf8Parser.TryParse(head[(at + 18)..], out length, out _)) throw new IOException("Content-Length is not a number.");
            return body.Length >= length;
        }

        if (head.IndexOf("\r\nTransfer-Encoding: chunked"u8) < 0)
            throw new IOException("The answer has neither a length nor chunks: " + Encoding.ASCII.GetString(head));

        return TryMeasureChunks(body, out length);
    }

    private static bool TryMeasureChunks(ReadOnlySpan<byte> body, out int length)
    {
        length = 0;
        while (true)
        {
            var line = body[length..].IndexOf("\r\n"u8);
            if (line < 0) return false;
            if (!Utf8Parser.TryParse(body[length..], out int size, out _, 'x')) throw new IOException("A chunk's size is not a number.");
            var next = length + line + 2 + size + 2;
            if (next > body.Length) return false;
            length = next;
            if (size == 0) return true;
        }
    }
}
