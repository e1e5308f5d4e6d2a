using Wingman.Bench.LoadGenerator;

namespace Wingman.Bench.Calls;

/// <summary>More calls than there are sessions: after the last session they start again with the first. A call may be refused.</summary>
/// <param name="calls">One call of each session.</param>
/// <param name="count">How many calls.</param>
internal sealed class OverloadCalls(ConfirmCalls calls, int count) : IWorkload
{
    public int Count => count;

    public int IndexOf(int index) => index % calls.Count;

    public int Write(int index, Span<byte> destination) => calls.Write(IndexOf(index), destination);

    public bool IsExpected(int status, ReadOnlySpan<byte> body) => calls.IsExpected(status, body);

    public bool IsRefusal(int status) => status is 429 or 503;
}
