using System.Buffers.Text;

namespace Wingman.Bench.Calls;

/// <summary>Puts a request together from pieces encoded beforehand and ids.</summary>
internal ref struct RequestWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    public int Length { get; private set; }

    public void Write(scoped ReadOnlySpan<byte> piece)
    {
        piece.CopyTo(_destination[Length..]);
        Length += piece.Length;
    }

    public void Write(Guid id)
    {
        if (!Utf8Formatter.TryFormat(id, _destination[Length..], out var written)) throw new InvalidOperationException("The request buffer is full.");
        Length += written;
    }
}
