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

    /// <summary>Resets both ends, as a network device would that lost its table.</summary>
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

    /// <summary>Reads and writes apart from each other, so that a delay adds to the time of a chunk, not to the time between chunks.</summary>
    private async Task PumpAsync(Socket from, Socket to, Gate gate, Func<byte[], byte[]?> observe, CancellationTokenSource ended)
    {
        var chunks = Channel.CreateBounded<(byte[] Bytes, long Due)>(ChunksUnderWay);
        await Task.WhenAll(
            EndAllOnFailureAsync(ReadAsync(from, chunks.Writer, observe, ended.Token), ended),
            EndAllOnFailureAsync(WriteAsync(chunks.Reader, to, gate, ended.Token), ended));
        // What a broken connection had under way is lost.
        while (chunks.Reader.TryRead(out _))
            _proxy.LetGo();
    }

    private async Task EndAllOnFailureAsync(Task work, CancellationTokenSource ended)
    {
        try
        {
            await work;
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException or OperationCanceledException or ReplyLostException)
        {
            // One side is gone, or is to be: the other learns it from the closed connection.
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
                if (bytes.Length == 0)
                    continue;
                // Counted before anyone can take it out again, and so never below zero.
                _proxy.Took();
                try
                {
                    await chunks.WriteAsync((bytes, _proxy.DueNow()), cancellation);
                }
                catch
                {
                    _proxy.LetGo();
                    throw;
                }
            }
        }
        catch (SocketException)
        {
            // Its sender has given up; what it sent before is under way all the same.
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
                // Before it is sent: whoever has received an answer must not find it, or its question, still under way.
                _proxy.LetGo();
            }

            await to.SendAsync(bytes, cancellation);
        }

        await gate.PassAsync(cancellation);
        to.Shutdown(SocketShutdown.Send);
    }

    private sealed class ReplyLostException : Exception;
}
