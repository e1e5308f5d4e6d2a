using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;

namespace Wingman.Testing;

/// <summary>
/// Follows one connection far enough to know which of the server's replies are to a commit that wrote something, and holds such
/// a reply back when it is asked to.
/// </summary>
internal sealed class PostgresConversation(Func<string, bool> isWrite, Func<bool> mayLose)
{
    private const int ProtocolThree = 196608;
    private const int CancelRequest = 80877102;

    private readonly PostgresMessages _client = new();
    private readonly PostgresMessages _server = new();
    private readonly Dictionary<string, bool> _statements = [];
    private readonly ConcurrentQueue<bool> _requests = new();
    private readonly ArrayBufferWriter<byte> _held = new();
    private volatile bool _started;
    private volatile int _plainAnswers;
    private bool _requestWrites;
    private bool _failed;

    /// <summary>Reads what the client sends; nothing is changed.</summary>
    public void ClientSent(ReadOnlySpan<byte> chunk)
    {
        while (!chunk.IsEmpty && _client.TryRead(ref chunk, _started, out var type, out var body))
        {
            switch (type)
            {
                case 0:
                    BeginOrNegotiate(body);
                    break;
                case (byte)'P':
                    var name = ReadText(ref body);
                    _statements[name] = isWrite(ReadText(ref body));
                    break;
                case (byte)'B':
                    _ = ReadText(ref body);
                    _requestWrites |= _statements.GetValueOrDefault(ReadText(ref body));
                    break;
                case (byte)'Q':
                    _requests.Enqueue(isWrite(ReadText(ref body)));
                    break;
                case (byte)'S':
                    _requests.Enqueue(_requestWrites);
                    _requestWrites = false;
                    break;
            }
        }
    }

    /// <summary>Reads what the server sends.</summary>
    /// <param name="chunk">The bytes.</param>
    /// <param name="lost">Whether a reply was held back for good. The connection must then be closed.</param>
    /// <returns>What is passed on to the client now.</returns>
    public byte[] ServerSent(ReadOnlySpan<byte> chunk, out bool lost)
    {
        lost = false;
        var all = chunk;
        var forwarded = 0;
        var ready = new ArrayBufferWriter<byte>();
        while (!chunk.IsEmpty)
        {
            if (_plainAnswers > 0)
            {
                Interlocked.Decrement(ref _plainAnswers);
                chunk = chunk[1..];
                continue;
            }

            if (!_server.TryRead(ref chunk, typed: true, out var type, out var body)) break;
            if (type == (byte)'E') _failed = true;
            if (type != (byte)'Z') continue;

            // The startup's own ReadyForQuery answers no request.
            var writes = _requests.TryDequeue(out var wrote) && wrote;
            var committed = writes && !_failed && body is [(byte)'I', ..];
            _failed = false;
            if (committed && mayLose())
            {
                lost = true;
                return ready.WrittenSpan.ToArray();
            }

            _held.Write(all[forwarded..^chunk.Length]);
            forwarded = all.Length - chunk.Length;
            MoveHeldTo(ready);
        }

        // The reply to a write is held until it is complete; everything else is passed on at once.
        _held.Write(all[forwarded..]);
        if (!_requests.TryPeek(out var pendingWrites) || !pendingWrites) MoveHeldTo(ready);
        return ready.WrittenSpan.ToArray();
    }

    private void MoveHeldTo(ArrayBufferWriter<byte> ready)
    {
        ready.Write(_held.WrittenSpan);
        _held.Clear();
    }

    private void BeginOrNegotiate(ReadOnlySpan<byte> body)
    {
        var code = BinaryPrimitives.ReadInt32BigEndian(body);
        if (code == ProtocolThree)
            _started = true;
        else if (code != CancelRequest)
            Interlocked.Increment(ref _plainAnswers);
    }

    private static string ReadText(ref ReadOnlySpan<byte> body)
    {
        var end = body.IndexOf((byte)0);
        var text = Encoding.UTF8.GetString(end < 0 ? body : body[..end]);
        body = end < 0 ? default : body[(end + 1)..];
        return text;
    }
}
