using System.Threading.Channels;
using Wingman.Schedules.Exploring;

namespace Wingman.Silo;

/// <summary>Replaces the framework's channels in the explored files: the same, with a possible interruption before and after each call.</summary>
internal static class Channel
{
    public static Channel<T> CreateBounded<T>(BoundedChannelOptions options) => new(System.Threading.Channels.Channel.CreateBounded<T>(options));
}

/// <summary>A channel whose every use can be interrupted.</summary>
internal sealed class Channel<T>(System.Threading.Channels.Channel<T> inner)
{
    public ChannelReading<T> Reader { get; } = new(inner.Reader);

    public ChannelWriting<T> Writer { get; } = new(inner.Writer);
}

internal sealed class ChannelReading<T>(ChannelReader<T> inner)
{
    public int Count
    {
        get
        {
            Explorer.Current.Interrupt();
            var count = inner.Count;
            Explorer.Current.Interrupt();
            return count;
        }
    }

    public bool TryRead([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T item)
    {
        Explorer.Current.Interrupt();
        var isRead = inner.TryRead(out item);
        Explorer.Current.Interrupt();
        return isRead;
    }

    public bool TryPeek([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T item)
    {
        Explorer.Current.Interrupt();
        var isThere = inner.TryPeek(out item);
        Explorer.Current.Interrupt();
        return isThere;
    }

    public ValueTask<bool> WaitToReadAsync()
    {
        Explorer.Current.Interrupt();
        return inner.WaitToReadAsync();
    }
}

internal sealed class ChannelWriting<T>(ChannelWriter<T> inner)
{
    public bool TryWrite(T item)
    {
        Explorer.Current.Interrupt();
        var isWritten = inner.TryWrite(item);
        Explorer.Current.Interrupt();
        return isWritten;
    }

    public bool TryComplete()
    {
        Explorer.Current.Interrupt();
        var isComplete = inner.TryComplete();
        Explorer.Current.Interrupt();
        return isComplete;
    }
}
