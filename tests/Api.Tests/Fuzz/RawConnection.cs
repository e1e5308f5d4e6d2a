using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Wingman.Api.Tests.Fuzz;

/// <summary>An answer as it was received.</summary>
internal sealed record RawAnswer(int Status, string? ContentType, string Body);

/// <summary>
/// A keep-alive connection that sends any bytes: an HTTP client would correct or refuse what the tests want to send. One request at a time.
/// </summary>
internal sealed class RawConnection(Uri address) : IDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private TcpClient? _client;
    private NetworkStream? _stream;
    private int _start;
    private int _end;

    /// <summary>Sends a request and reads its answer; of a stream without end, the headers alone.</summary>
    /// <exception cref="IOException">The server closed the connection without an answer, twice.</exception>
    public async Task<RawAnswer> SendAsync(byte[] request, bool isHead, CancellationToken cancellation)
    {
        // The server may close an idle connection just when it is used again. No generated request changes anything when it is sent again.
        try
        {
            return await TrySendAsync(request, isHead, cancellation);
        }
        catch (IOException)
        {
            Close();
            return await TrySendAsync(request, isHead, cancellation);
        }
    }

    public void Dispose() => Close();

    private async Task<RawAnswer> TrySendAsync(byte[] request, bool isHead, CancellationToken cancellation)
    {
        if (_client is null)
        {
            _client = new TcpClient { NoDelay = true };
            await _client.ConnectAsync(address.Host, address.Port, cancellation);
            // Kept, because a client does not return its stream after the server has closed, and what has arrived must still be read.
            _stream = _client.GetStream();
            _start = _end = 0;
        }

        try
        {
            await _stream!.WriteAsync(request, cancellation);
        }
        catch (IOException)
        {
            // The server closed the connection while the request was being sent. Its answer may still have arrived.
        }

        var answer = await ReadAsync(isHead, cancellation);
        while (answer.Status < 200) answer = await ReadAsync(isHead, cancellation);
        return answer;
    }

    private async Task<RawAnswer> ReadAsync(bool isHead, CancellationToken cancellation)
    {
        var line = await ReadLineAsync(cancellation);
        var status = int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while ((line = await ReadLineAsync(cancellation)).Length > 0)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        var contentType = headers.GetValueOrDefault("Content-Type");
        var body = "";
        if (contentType == "text/event-stream" && !isHead)
            Close();
        else if (!isHead && status is >= 200 and not 204 and not 304)
            body = await ReadBodyAsync(headers, cancellation);
        if (headers.GetValueOrDefault("Connection") == "close") Close();
        return new(status, contentType, body);
    }

    private async Task<string> ReadBodyAsync(Dictionary<string, string> headers, CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        if (headers.TryGetValue("Content-Length", out var length))
        {
            await ReadBytesAsync(body, int.Parse(length, CultureInfo.InvariantCulture), cancellation);
        }
        else if (headers.ContainsKey("Transfer-Encoding"))
        {
            for (var size = 1; size > 0;)
            {
                size = int.Parse(await ReadLineAsync(cancellation), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                await ReadBytesAsync(body, size, cancellation);
                await ReadLineAsync(cancellation);
            }
        }

        return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(body.ToArray());
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
            if (length >= 0)
            {
                var line = Encoding.Latin1.GetString(_buffer, _start, length);
                _start += length + 2;
                return line;
            }

            await FillAsync(cancellation);
        }
    }

    private async Task ReadBytesAsync(MemoryStream target, int count, CancellationToken cancellation)
    {
        while (count > 0)
        {
            if (_start == _end) await FillAsync(cancellation);
            var taken = Math.Min(count, _end - _start);
            target.Write(_buffer, _start, taken);
            _start += taken;
            count -= taken;
        }
    }

    private async Task FillAsync(CancellationToken cancellation)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        var read = await _stream!.ReadAsync(_buffer.AsMemory(_end), cancellation);
        if (read == 0) throw new IOException("The server closed the connection without an answer.");
        _end += read;
    }

    private void Close()
    {
        _stream?.Dispose();
        _client?.Dispose();
        _client = null;
    }
}
