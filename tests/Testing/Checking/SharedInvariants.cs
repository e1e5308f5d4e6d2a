using Wingman.Sessions;
using Wingman.Testing.Models;

namespace Wingman.Testing.Checking;

/// <summary>
/// I5, and what remains of I2 and I4 where the old backend writes to the same rows. It writes its flag, its completion and its
/// counters in separate statements, so between two of them, or after a crash there, a row is inconsistent. But nothing that
/// was acknowledged is undone, and the service completes a session that both have confirmed, once.
/// </summary>
internal static class SharedInvariants
{
    /// <summary>Checks the shared sessions of a snapshot.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="shared">The shared sessions with what had been acknowledged before it.</param>
    /// <param name="isOver">Whether all writers have stopped.</param>
    public static IEnumerable<Violation> Check(
        DatabaseSnapshot snapshot, IEnumerable<(Guid Session, bool User1, bool User2)> shared, bool isOver)
    {
        var rows = snapshot.Sessions.ToDictionary(static row => row.Id);
        var lines = snapshot.Events.ToLookup(static line => line.Session);
        foreach (var (session, user1, user2) in shared)
        {
            if (!rows.TryGetValue(session, out var row))
            {
                if (snapshot.IsComplete && (user1 || user2))
                    yield return new("I5", $"shared session {session} was acknowledged, but does not exist");
                continue;
            }

            if ((user1 && !row.State.User1Confirmed) || (user2 && !row.State.User2Confirmed))
                yield return new("I5", $"shared session {session} is {row.State}, but the acknowledged flags are {user1}, {user2}");
            if (isOver && user1 && user2 && row.State.Status != SessionStatus.Completed)
                yield return new("I5", $"both confirmations of shared session {session} were acknowledged, but it is {row.State}");

            var completions = lines[session].Count(static line => line.Kind == "completed");
            if (completions > 1) yield return new("I4", $"shared session {session}: the log has {completions} completions");
            if (completions > 0 && row.State != new ModelState(SessionStatus.Completed, true, true))
                yield return new("I2", $"the service completed shared session {session}, but it is {row.State}");
        }
    }
}
