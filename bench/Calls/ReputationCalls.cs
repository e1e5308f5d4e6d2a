using Wingman.Bench.LoadGenerator;

namespace Wingman.Bench.Calls;

/// <summary>GET /api/user/reputation/{user_id}, each user about themselves.</summary>
internal sealed class ReputationCalls(CallerHeaders callers, int[] users) : IWorkload
{
    public int Count => users.Length;

    public int Write(int index, Span<byte> destination)
    {
        var request = new RequestWriter(destination);
        request.Write("GET /api/user/reputation/"u8);
        request.Write(callers.IdOf(users[index]));
        request.Write(" HTTP/1.1\r\nHost: bench\r\n"u8);
        callers.Write(ref request, users[index]);
        request.Write("\r\n"u8);
        return request.Length;
    }

    public bool IsExpected(int status, ReadOnlySpan<byte> body) => status == 200 && body.IndexOf("\"score\":"u8) >= 0;
}
