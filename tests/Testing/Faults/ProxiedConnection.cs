using System.Net.Sockets;
using System.Threading.Channels;

namespace Wingman.Testing;

/// <summary>One client's connection and its counterpart to the server, with a pump in each direction.</summary>
internal sealed class ProxiedConnection : IDisposable
{
    private const int ChunkSize = 32 * 1024;
    private const int ChunksUnderWay = 64;

    private readonly Socket _client;
    private readonly Socket _server;
    private readonly FaultProxy _proxy;
    private readonly PostgresConversation _conversation;

    public ProxiedConnection(Socket client, Socket server, FaultProxy proxy)
    {
        (_client, _server, _proxy) = (client, server, proxy);
        _conversation = new PostgresConversation(proxy.IsWrite, proxy.TakeReplyToLose);
    }

    /// <summary>Runs until both directions have ended.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAll(
            PumpAsync(_client, _server, _proxy.ToServer, ObserveClient, ended),
            PumpAsync(_server, _client, _proxy.ToClient, ObserveServer, ended));
    }

    /// <summary>Resets both ends, as a network device does that has lost its connection table.</summary>
    public void Abort()
    {
        _client.Close(timeout: 0);
        _server.Close(timeout: 0);
    }

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }

    private byte[]? ObserveClient(byte[] chunk)
    {
        _conversation.ClientSent(chunk);
        return chunk;
    }

    private byte[]? ObserveServer(byte[] chunk)
    {
        var forward = _conversation.ServerSent(chunk, out var lost);
        return lost ? null : forward;
    }

    /// <summary>Reads and writes separately, so that a delay adds to the time of each chunk and not to the time between chunks.</summary>
    private async Task PumpAsync(Socket from, Socket to, Gate gate, Func<byte[], byte[]?> observe, CancellationTokenSource ended)
    {
        var chunks = Channel.CreateBounded<(byte[] Bytes, long Due)>(ChunksUnderWay);
        await Task.WhenAll(
            EndAllOnFailureAsync(ReadAsync(from, chunks.Writer, observe, ended.Token), ended),
            EndAllOnFailureAsync(WriteAsync(chunks.Reader, to, gate, ended.Token), ended));
        // Chunks of a broken connection that are under way are lost.
        while (chunks.Reader.TryRead(out _)) _proxy.ChunkPassedOn();
    }

    private async Task EndAllOnFailureAsync(Task work, CancellationTokenSource ended)
    {
        try
        {
            await work;
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException or OperationCanceledException or ReplyLostException)
        {
            // One side has ended or must end: the other one detects it by the closed connection.
            await ended.CancelAsync();
            Abort();
        }
    }

    private async Task ReadAsync(
        Socket from, ChannelWriter<(byte[] Bytes, long Due)> chunks, Func<byte[], byte[]?> observe, CancellationToken cancellation)
    {
        var buffer = new byte[ChunkSize];
        try
        {
            while (await from.ReceiveAsync(buffer, cancellation) is > 0 and var length)
            {
                var bytes = observe(buffer[..length]) ?? throw new ReplyLostException();
                if (bytes.Length == 0) continue;
                // Counted before the chunk can be taken out again, so the count is never below zero.
                _proxy.ChunkTaken();
                try
                {
                    await chunks.WriteAsync((bytes, _proxy.DueNow()), cancellation);
                }
                catch
                {
                    _proxy.ChunkPassedOn();
                    throw;
                }
            }
        }
        catch (SocketException)
        {
            // The sender has given up; what it sent before is still passed on.
        }
        finally
        {
            chunks.Complete();
        }
    }

    private async Task WriteAsync(ChannelReader<(byte[] Bytes, long Due)> chunks, Socket to, Gate gate, CancellationToken cancellation)
    {
        await foreach (var (bytes, due) in chunks.ReadAllAsync(cancellation))
        {
            try
            {
                await FaultProxy.WaitUntilDueAsync(due, cancellation);
                await gate.PassAsync(cancellation);
            }
            finally
            {
                // Counted down before the chunk is sent: a client that has received its reply must not find the reply or its request still under way.
                _proxy.ChunkPassedOn();
            }

            await to.SendAsync(bytes, cancellation);
        }

        await gate.PassAsync(cancellation);
        to.Shutdown(SocketShutdown.Send);
    }

    private sealed class ReplyLostException : Exception;
}
