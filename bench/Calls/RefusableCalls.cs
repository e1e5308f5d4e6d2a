using Wingman.Bench.LoadGenerator;

namespace Wingman.Bench.Calls;

/// <summary>Confirmations that may be refused.</summary>
/// <param name="calls">The confirmations.</param>
internal sealed class RefusableCalls(ConfirmCalls calls) : IWorkload
{
    public int Count => calls.Count;

    public bool MayBeRefused => true;

    public int Write(int index, Span<byte> destination) => calls.Write(index, destination);

    public bool IsExpected(int status, ReadOnlySpan<byte> body) => calls.IsExpected(status, body);
}
