using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Wingman.Api.Tests.Authentication.Suite;

/// <summary>Sends header lines exactly as they are written; HttpClient would join, trim or refuse some of them.</summary>
internal static class RawGet
{
    /// <summary>Sends a GET.</summary>
    /// <returns>The status, and the whole answer as text.</returns>
    public static async Task<(int Status, string Answer)> SendAsync(Uri address, string path, IEnumerable<string> headers)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(address.Host, address.Port);
        await using var stream = client.GetStream();
        var lines = new[] { $"GET {path} HTTP/1.1", $"Host: {address.Authority}", "Connection: close" }.Concat(headers).Append("").Append("");
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(string.Join("\r\n", lines)));
        }
        catch (IOException)
        {
            // The server answered and closed the connection before it had read everything. Its answer can still be read.
        }

        using var reader = new StreamReader(stream, Encoding.UTF8);
        var answer = await reader.ReadToEndAsync();
        return (int.Parse(answer.Split(' ')[1], CultureInfo.InvariantCulture), answer);
    }
}
