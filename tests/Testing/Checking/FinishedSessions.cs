using Wingman.Sessions;
using Wingman.Testing.Models;

namespace Wingman.Testing.Checking;

/// <summary>I2 over time: a session that was over in one snapshot is the same in all later ones, except a no-show that an operator undid.</summary>
internal sealed class FinishedSessions
{
    private readonly Dictionary<Guid, (ModelState State, DateTimeOffset? CompletedAt)> _finished = [];

    public IEnumerable<Violation> Check(DatabaseSnapshot snapshot)
    {
        var repaired = snapshot.Events.Where(static line => line.Operator is not null).Select(static line => line.Session).ToHashSet();
        foreach (var row in snapshot.Sessions)
        {
            var now = (row.State, row.CompletedAt);
            if (_finished.TryGetValue(row.Id, out var before) && before != now && !(before.State.Status == SessionStatus.NoShow && repaired.Contains(row.Id)))
                yield return new Violation("I2", $"session {row.Id} had ended as {before}, but is {now}");
            else if (row.State.IsOver)
                _finished[row.Id] = now;
            else
                _finished.Remove(row.Id);
        }
    }
}
