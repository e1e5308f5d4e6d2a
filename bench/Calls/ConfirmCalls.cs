using Wingman.Bench.Database;
using Wingman.Bench.LoadGenerator;

namespace Wingman.Bench.Calls;

/// <summary>Who confirms.</summary>
internal enum Confirmer
{
    /// <summary>One of the two, alternating from session to session.</summary>
    First,

    /// <summary>The other one.</summary>
    Second,

    /// <summary>Neither: changes nothing, but makes a grain load its session.</summary>
    Stranger,
}

/// <summary>What a confirmation must be answered.</summary>
internal enum ConfirmAnswer
{
    Waiting,
    Completed,
    AlreadyCompleted,
    Refused,
}

/// <summary>POST /api/session/confirm-completion, once per given session.</summary>
internal sealed class ConfirmCalls : IWorkload
{
    private readonly DatabaseShape _shape;
    private readonly CallerHeaders _callers;
    private readonly int[] _sessions;
    private readonly Guid[] _ids;
    private readonly Confirmer _confirmer;
    private readonly ConfirmAnswer _answer;

    public ConfirmCalls(DatabaseShape shape, CallerHeaders callers, int[] sessions, Confirmer confirmer, ConfirmAnswer answer)
    {
        (_shape, _callers, _sessions, _confirmer, _answer) = (shape, callers, sessions, confirmer, answer);
        _ids = [.. sessions.Select(DatabaseShape.SessionId)];
    }

    public int Count => _sessions.Length;

    public int SessionOf(int index) => _sessions[index];

    /// <summary>Whether the caller is the first user of the session's match.</summary>
    public bool IsByUser1(int index) => (_sessions[index] % 2 == 0) == (_confirmer == Confirmer.First);

    public int Write(int index, Span<byte> destination)
    {
        var session = _sessions[index];
        var request = new RequestWriter(destination);
        request.Write("POST /api/session/confirm-completion HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: 53\r\n"u8);
        _callers.Write(ref request, CallerOf(index, session));
        request.Write("\r\n{\"session_id\":\""u8);
        request.Write(_ids[index]);
        request.Write("\"}"u8);
        return request.Length;
    }

    public bool IsExpected(int status, ReadOnlySpan<byte> body) => _answer switch
    {
        ConfirmAnswer.Waiting => status == 200 && body.IndexOf("\"both_confirmed\":false"u8) >= 0 && body.IndexOf("\"success\":true"u8) >= 0,
        ConfirmAnswer.Completed => IsCompleted(status, body) && body.IndexOf("Session marked as completed!"u8) >= 0,
        ConfirmAnswer.AlreadyCompleted => IsCompleted(status, body) && body.IndexOf("Session already completed"u8) >= 0,
        _ => status == 403,
    };

    private static bool IsCompleted(int status, ReadOnlySpan<byte> body) =>
        status == 200
        && body.IndexOf("\"both_confirmed\":true"u8) >= 0
        && body.IndexOf("\"reputation_updated\":true"u8) >= 0
        && body.IndexOf("\"session_status\":\"completed\""u8) >= 0;

    private int CallerOf(int index, int session)
    {
        if (_confirmer == Confirmer.Stranger)
        {
            // Any user who is not in this match will do, and known users have tokens.
            var stranger = (_shape.User1Of(session) + 1) % _shape.Users;
            return stranger == _shape.User2Of(session) ? (stranger + 1) % _shape.Users : stranger;
        }

        return IsByUser1(index) ? _shape.User1Of(session) : _shape.User2Of(session);
    }
}
