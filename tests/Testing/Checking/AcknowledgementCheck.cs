using Wingman.Testing.History;
using Wingman.Testing.Models;

namespace Wingman.Testing.Checking;

/// <summary>I1: what clients were answered before a snapshot is in the snapshot and in all later ones.</summary>
internal static class AcknowledgementCheck
{
    /// <summary>Checks what was acknowledged before the snapshot began.</summary>
    public static IEnumerable<Violation> Check(IReadOnlyDictionary<Guid, SessionRow> rows, IEnumerable<(Guid Session, Acknowledged Answered)> acknowledged)
    {
        foreach (var (session, answered) in acknowledged)
        {
            if (!rows.TryGetValue(session, out var row))
                yield return new Violation("I1", $"session {session} was acknowledged, but does not exist");
            else if (Misses(row.State, answered))
                yield return new Violation("I1", $"session {session} was acknowledged to clients as {answered}, but it is {row.State}");
        }
    }

    /// <summary>Checks that each settled session is in a state that its history allows.</summary>
    public static IEnumerable<Violation> CheckFinals(IReadOnlyDictionary<Guid, SessionRow> rows, IEnumerable<SettledSession> settled)
    {
        foreach (var session in settled)
        {
            // A history that no order explains was reported already, and allows no state.
            if (session.Finals != 0 && rows.TryGetValue(session.Session, out var row) && (row.State.Bit & session.Finals) == 0)
                yield return new Violation("I1", $"session {session.Session} is {row.State}, which its history does not allow");
        }
    }

    private static bool Misses(ModelState state, Acknowledged answered) =>
        (answered.User1 && !state.User1Confirmed)
        || (answered.User2 && !state.User2Confirmed)
        || (answered.Over is { } over && state.Status != over);
}
