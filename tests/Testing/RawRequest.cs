using System.Net.Sockets;
using System.Text;

namespace Wingman.Testing;

/// <summary>Requests that an HTTP client would refuse to send. Their answers are compared with the description of the API.</summary>
public static class RawRequest
{
    /// <summary>Sends a request on a connection of its own.</summary>
    /// <param name="host">Where to.</param>
    /// <param name="request">The request, sent as UTF-8. It must make the server close the connection: the call waits for that.</param>
    /// <returns>All that comes back until the server closes the connection.</returns>
    /// <exception cref="UndocumentedAnswerException">The answer is not as described.</exception>
    public static async Task<string> SendAsync(Uri host, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host.Host, host.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request));
        using var reader = new StreamReader(stream);
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        var answer = await reader.ReadToEndAsync(deadline.Token);
        DocumentedAnswers.Check(host, request, answer);
        return answer;
    }
}
