using System.Buffers.Text;
using System.Net;
using Wingman.Bench.Calls;
using Wingman.Bench.LoadGenerator;

namespace Wingman.Bench.Database;

/// <summary>Reads some users' reputations from the service, for the check after the run.</summary>
internal static class ReputationSample
{
    private const int Users = 200;

    private static ReadOnlySpan<byte> Field => "\"completed_sessions\":"u8;

    public static async Task TakeAsync(Uri api, CallerHeaders callers, Acknowledged acknowledged, CancellationToken cancellation)
    {
        var step = Math.Max(1, acknowledged.Shape.Users / Users);
        int[] users = [.. Enumerable.Range(0, Math.Min(Users, acknowledged.Shape.Users)).Select(i => i * step)];
        var calls = new ReputationCalls(callers, users);
        using var connection = await HttpConnection.OpenAsync(new IPEndPoint(IPAddress.Parse(api.Host), api.Port), cancellation);
        for (var i = 0; i < users.Length; i++)
            acknowledged.Reputations[callers.IdOf(users[i])] = Completed(await connection.CallAsync(calls, i, cancellation));
    }

    private static long Completed(in HttpAnswer answer)
    {
        var body = answer.Body.Span;
        var at = body.IndexOf(Field);
        return answer.Status == 200 && at >= 0 && Utf8Parser.TryParse(body[(at + Field.Length)..], out long completed, out _)
            ? completed
            : throw new IOException($"No reputation: {answer.Describe()}");
    }
}
