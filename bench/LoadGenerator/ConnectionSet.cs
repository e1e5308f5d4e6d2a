using System.Net;
using System.Net.Sockets;

namespace Wingman.Bench.LoadGenerator;

/// <summary>The connections of one phase, opened before the clock starts.</summary>
internal sealed class ConnectionSet : IDisposable
{
    private readonly List<HttpConnection> _connections = [];

    public IReadOnlyList<HttpConnection> All => _connections;

    public static async Task<ConnectionSet> OpenAsync(Uri server, int count, CancellationToken cancellation)
    {
        var set = new ConnectionSet();
        try
        {
            var endpoint = new IPEndPoint(IPAddress.Parse(server.Host), server.Port);
            for (var i = 0; i < count; i++) set._connections.Add(await HttpConnection.OpenAsync(endpoint, cancellation));
            return set;
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    /// <summary>Makes one call and records its outcome; a broken connection fails the call, not the generator.</summary>
    /// <returns>Whether the connection can be used again.</returns>
    public static async ValueTask<bool> CallAsync(
        HttpConnection connection, IWorkload workload, int index, long startedAt, CallRecorder recorder, CancellationToken cancellation)
    {
        try
        {
            var answer = await connection.CallAsync(workload, index, cancellation);
            recorder.Answer(index, startedAt, answer);
            return true;
        }
        catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException)
        {
            recorder.Fail(failure.Message);
            return false;
        }
    }

    public void Dispose()
    {
        foreach (var connection in _connections) connection.Dispose();
    }
}
