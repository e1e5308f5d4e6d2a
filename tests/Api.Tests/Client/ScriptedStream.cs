using System.Text;

namespace Wingman.Api.Tests.Client;

/// <summary>What happens after the last byte of a stream.</summary>
internal enum StreamEnd
{
    /// <summary>The end.</summary>
    Ended,

    /// <summary>A broken connection.</summary>
    Broken,

    /// <summary>Nothing, until the reader gives up.</summary>
    Silent,
}

/// <summary>A body that ends as a test says.</summary>
internal sealed class ScriptedStream(string text, StreamEnd end) : Stream
{
    private readonly MemoryStream _bytes = new(Encoding.UTF8.GetBytes(text));
    private readonly TaskCompletionSource _isRead = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when all bytes have been read and the reader waits for more.</summary>
    public Task IsRead => _isRead.Task;

    /// <summary>Whether the reader has given up waiting.</summary>
    public bool IsGivenUp { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await _bytes.ReadAsync(buffer, cancellationToken);
        if (count > 0 || end == StreamEnd.Ended) return count;
        if (end == StreamEnd.Broken) throw new IOException("A planted break.");
        var never = new TaskCompletionSource();
        await using var givenUp = cancellationToken.Register(() =>
        {
            IsGivenUp = true;
            never.TrySetCanceled(cancellationToken);
        });
        _isRead.TrySetResult();
        await never.Task;
        return 0;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
