using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Wingman.SystemTests.Logs;

/// <summary>Answers every request with the bytes that a test chooses, also with some that no HTTP server would send.</summary>
internal sealed partial class RawServer : IAsyncDisposable
{
    /// <summary>Success, without a body.</summary>
    public const string Success = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopped = new();
    private readonly Task _serving;

    private volatile string _answer = Success;

    public RawServer()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>The answer to all requests from now on.</summary>
    public string Answer
    {
        get => _answer;
        set => _answer = value;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await _serving;
        _listener.Dispose();
        _stopped.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!_stopped.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_stopped.Token);
                await AnswerAsync(client.GetStream());
            }
            catch (Exception ended) when (ended is IOException or OperationCanceledException)
            {
                // The host has closed the connection, or the test is over; the loop's condition distinguishes the two.
            }
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        var buffer = new byte[4096];
        var request = "";
        while (!IsWhole(request))
        {
            var count = await stream.ReadAsync(buffer, _stopped.Token);
            if (count == 0) return;
            request += Encoding.ASCII.GetString(buffer, 0, count);
        }

        await stream.WriteAsync(Encoding.UTF8.GetBytes(_answer), _stopped.Token);
    }

    private static bool IsWhole(string request)
    {
        var end = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0) return false;

        var length = ContentLength().Match(request[..end]);
        return !length.Success || request.Length - end - 4 >= int.Parse(length.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^Content-Length: (\d+)", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex ContentLength();
}
