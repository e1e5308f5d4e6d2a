using System.Globalization;
using System.Text;
using Wingman.Bench.Database;
using Wingman.Bench.LoadGenerator;

namespace Wingman.Bench.Calls;

/// <summary>POST /api/session/create, once per given match.</summary>
internal sealed class CreateCalls(DatabaseShape shape, CallerHeaders callers, int[] matches, DateTimeOffset scheduledAt) : IWorkload
{
    private readonly Guid[] _ids = [.. matches.Select(DatabaseShape.MatchId)];
    private readonly byte[] _afterMatch = Encoding.UTF8.GetBytes(
        "\",\"venue_name\":\"Blue Bottle Coffee\",\"time\":\""
        + scheduledAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)
        + $"\",\"user1_challenge_id\":\"{Challenges.First}\",\"user2_challenge_id\":\"{Challenges.Second}\"}}");

    public int Count => matches.Length;

    public int MatchOf(int index) => matches[index];

    public int Write(int index, Span<byte> destination)
    {
        var request = new RequestWriter(destination);
        request.Write("POST /api/session/create HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: "u8);
        Span<byte> digits = stackalloc byte[8];
        var length = "{\"match_id\":\""u8.Length + 36 + _afterMatch.Length;
        length.TryFormat(digits, out var written, default, CultureInfo.InvariantCulture);
        request.Write(digits[..written]);
        request.Write("\r\n"u8);
        callers.Write(ref request, shape.User1Of(matches[index]));
        request.Write("\r\n{\"match_id\":\""u8);
        request.Write(_ids[index]);
        request.Write(_afterMatch);
        return request.Length;
    }

    public bool IsExpected(int status, ReadOnlySpan<byte> body) => status == 200 && body.IndexOf("\"session_id\":"u8) >= 0;
}
