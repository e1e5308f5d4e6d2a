using System.Buffers.Binary;

namespace Wingman.Testing;

/// <summary>
/// Splits one direction of a Postgres connection into messages, however the bytes are cut into chunks. Keeps the beginning
/// of each body, never all of it.
/// </summary>
internal sealed class PostgresMessages
{
    /// <summary>Enough for the statements that are recognised and for the names in a Bind.</summary>
    private const int KeptBody = 16 * 1024;

    private readonly byte[] _header = new byte[5];
    private readonly byte[] _body = new byte[KeptBody];
    private int _headerLength;
    private int _bodyLength;
    private int _bodyLeft;

    /// <summary>Reads until one message ends or the chunk does.</summary>
    /// <param name="chunk">The bytes not read yet; on return, what is left of them.</param>
    /// <param name="typed">Whether the message begins with a type byte: all do but a client's first ones.</param>
    /// <param name="type">The type byte; 0 if the message has none.</param>
    /// <param name="body">The beginning of the body, valid until the next call.</param>
    /// <returns>Whether a message ended.</returns>
    public bool TryRead(ref ReadOnlySpan<byte> chunk, bool typed, out byte type, out ReadOnlySpan<byte> body)
    {
        type = 0;
        body = default;
        var headerSize = typed ? 5 : 4;
        if (_headerLength < headerSize)
        {
            var taken = Math.Min(headerSize - _headerLength, chunk.Length);
            chunk[..taken].CopyTo(_header.AsSpan(_headerLength));
            _headerLength += taken;
            chunk = chunk[taken..];
            if (_headerLength < headerSize) return false;
            _bodyLeft = BinaryPrimitives.ReadInt32BigEndian(_header.AsSpan(headerSize - 4)) - 4;
            _bodyLength = 0;
        }

        var available = Math.Min(_bodyLeft, chunk.Length);
        var kept = Math.Min(available, KeptBody - _bodyLength);
        chunk[..kept].CopyTo(_body.AsSpan(_bodyLength));
        _bodyLength += kept;
        _bodyLeft -= available;
        chunk = chunk[available..];
        if (_bodyLeft > 0) return false;

        type = typed ? _header[0] : (byte)0;
        body = _body.AsSpan(0, _bodyLength);
        _headerLength = 0;
        return true;
    }
}
