using Wingman.Bench.LoadGenerator;

namespace Wingman.Bench.Calls;

/// <summary>GET /health/live of the peer, which does nothing: measures the limit of the load generator itself.</summary>
internal sealed class EmptyCalls(int count) : IWorkload
{
    public int Count => count;

    public int Write(int index, Span<byte> destination)
    {
        var request = new RequestWriter(destination);
        request.Write("GET /health/live HTTP/1.1\r\nHost: bench\r\n\r\n"u8);
        return request.Length;
    }

    public bool IsExpected(int status, ReadOnlySpan<byte> body) => status == 200;
}
