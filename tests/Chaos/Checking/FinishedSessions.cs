using Wingman.Chaos.History;

namespace Wingman.Chaos.Checking;

/// <summary>I2 over time: a session that was over in one snapshot is the same in every later one.</summary>
internal sealed class FinishedSessions
{
    private readonly Dictionary<Guid, (ModelState State, DateTimeOffset? CompletedAt)> _finished = [];

    public IEnumerable<Violation> Check(DatabaseSnapshot snapshot)
    {
        foreach (var row in snapshot.Sessions)
        {
            var now = (row.State, row.CompletedAt);
            if (_finished.TryGetValue(row.Id, out var before) && before != now)
                yield return new Violation("I2", $"session {row.Id} was over as {before}, and is {now}");
            else if (row.State.IsOver)
                _finished[row.Id] = now;
        }
    }
}
