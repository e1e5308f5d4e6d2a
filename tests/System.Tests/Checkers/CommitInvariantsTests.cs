using Wingman.Sessions;
using Wingman.Testing.Checking;
using Wingman.Testing.Models;

namespace Wingman.SystemTests.Checkers;

/// <summary>A correct snapshot passes, and each kind of damage is found under the right name.</summary>
public sealed class CommitInvariantsTests
{
    private const int Completed = 0;
    private const int Missed = 1;
    private const int Active = 2;

    private static readonly Guid Match = Guid.NewGuid();
    private static readonly Guid User1 = Guid.NewGuid();
    private static readonly Guid User2 = Guid.NewGuid();
    private static readonly Guid[] Ids = [Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()];
    private static readonly DateTimeOffset At = new(2026, 1, 1, 10, 0, 0, TimeSpan.Zero);

    private readonly DatabaseSnapshot _sound = new(
        [
            Row(Ids[Completed], new(SessionStatus.Completed, true, true), At),
            Row(Ids[Missed], new(SessionStatus.NoShow, true, false), null),
            Row(Ids[Active], new(SessionStatus.Scheduled, false, true), null),
        ],
        [new MatchRow(Match, 1, 1)],
        [
            new(Ids[Completed], "scheduled", User1, At.AddHours(-2)),
            new(Ids[Completed], "confirmed", User1, At.AddHours(-1)),
            new(Ids[Completed], "completed", User2, At),
            // The first user's confirmation was in the row before the service read it, so there is no line about it.
            new(Ids[Missed], "no_show", null, At),
            new(Ids[Active], "observed", null, At),
            new(Ids[Active], "confirmed", User2, At),
        ],
        IsComplete: true);

    public static TheoryData<string, string> Damages() => new()
    {
        { "completed with one flag", "I2" },
        { "both flags and not completed", "I2" },
        { "completed without a time", "I2" },
        { "time without completion", "I2" },
        { "another time of completion than was logged", "I2" },
        { "no line for a completion", "I4" },
        { "two lines for a completion", "I4" },
        { "a completion logged for an active session", "I4" },
        { "a completion logged for a no-show", "I4" },
        { "no line for a no-show", "I4" },
        { "a cancellation after the completion", "I4" },
        { "a line of no session", "I4" },
        { "one confirmation logged twice", "I4" },
        { "the completing confirmation logged before", "I4" },
        { "a logged confirmation taken back", "I5" },
        { "a confirmation by nobody of the session's", "I5" },
        { "counter too high", "I4" },
        { "counter too low", "I4" },
        { "counters differ", "I4" },
        { "two active sessions", "one active session" },
        { "a no-show reopened by nobody", "I4" },
        { "a no-show reopened, and still one", "I4" },
        { "an operator's cancellation of a completed session", "I4" },
        { "an excuse where there was no no-show", "I4" },
    };

    [Fact]
    public void SoundSnapshot_HasNoViolations() => Assert.Empty(CommitInvariants.Check(_sound));

    [Fact]
    public void Repairs_AreSound()
    {
        // The match of these tests has another open session.
        Assert.Equal("one active session", Assert.Single(CommitInvariants.Check(With(new(Ids[Missed], "reopened", null, At, "olga")) with { Sessions = Reopened })).Rule);
        Assert.Empty(CommitInvariants.Check(With(new(Ids[Missed], "excused", User2, At, "olga"))));
        Assert.Empty(CommitInvariants.Check(Rows(Missed, static row => row with { State = new(SessionStatus.Cancelled, true, false) }) with
        {
            Events = [.. _sound.Events, new(Ids[Missed], "cancelled", null, At, "olga")],
        }));
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public void DamagedSnapshot_IsFound(string damage, string rule) =>
        Assert.Contains(CommitInvariants.Check(Damage(damage)), violation => violation.Rule == rule);

    private DatabaseSnapshot Damage(string damage) => damage switch
    {
        "completed with one flag" => Rows(Completed, static row => row with { State = new(SessionStatus.Completed, true, false) }),
        "both flags and not completed" => Rows(Active, static row => row with { State = new(SessionStatus.Scheduled, true, true) }),
        "completed without a time" => Rows(Completed, static row => row with { CompletedAt = null }),
        "time without completion" => Rows(Active, static row => row with { CompletedAt = At }),
        "another time of completion than was logged" => Rows(Completed, static row => row with { CompletedAt = At.AddMicroseconds(1) }),
        "no line for a completion" => Without("completed"),
        "two lines for a completion" => With(new(Ids[Completed], "completed", User2, At)),
        "a completion logged for an active session" => With(new(Ids[Active], "completed", null, At)),
        "a completion logged for a no-show" => Rows(Completed, static row => row with { State = new(SessionStatus.NoShow, true, true), CompletedAt = null }),
        "no line for a no-show" => Without("no_show"),
        "a cancellation after the completion" => With(new(Ids[Completed], "cancelled", User1, At.AddSeconds(1))),
        "a line of no session" => With(new(Guid.NewGuid(), "confirmed", User1, At)),
        "one confirmation logged twice" => With(new(Ids[Active], "confirmed", User2, At.AddSeconds(1))),
        "the completing confirmation logged before" => With(new(Ids[Completed], "confirmed", User2, At.AddSeconds(-1))),
        "a logged confirmation taken back" => Rows(Active, static row => row with { State = ModelState.New }),
        "a confirmation by nobody of the session's" => With(new(Ids[Active], "confirmed", Guid.NewGuid(), At)),
        "counter too high" => _sound with { Matches = [new MatchRow(Match, 2, 2)] },
        "counter too low" => _sound with { Matches = [new MatchRow(Match, 0, 0)] },
        "counters differ" => _sound with { Matches = [new MatchRow(Match, 1, 0)] },
        "two active sessions" => _sound with { Sessions = [.. _sound.Sessions, Row(Guid.NewGuid(), ModelState.New, null)] },
        "a no-show reopened by nobody" => With(new(Ids[Missed], "reopened", null, At)) with { Sessions = Reopened },
        "a no-show reopened, and still one" => With(new(Ids[Missed], "reopened", null, At, "olga")),
        "an operator's cancellation of a completed session" => With(new(Ids[Completed], "cancelled", null, At, "olga")),
        "an excuse where there was no no-show" => With(new(Ids[Active], "excused", User1, At, "olga")),
        _ => throw new ArgumentOutOfRangeException(nameof(damage), damage, null),
    };

    private DatabaseSnapshot Rows(int index, Func<SessionRow, SessionRow> change) =>
        _sound with { Sessions = [.. _sound.Sessions.Select((row, i) => i == index ? change(row) : row)] };

    private IReadOnlyList<SessionRow> Reopened => Rows(Missed, static row => row with { State = new(SessionStatus.Scheduled, true, false) }).Sessions;

    private DatabaseSnapshot Without(string kind) => _sound with { Events = [.. _sound.Events.Where(line => line.Kind != kind)] };

    private DatabaseSnapshot With(EventRow line) => _sound with { Events = [.. _sound.Events, line] };

    private static SessionRow Row(Guid id, ModelState state, DateTimeOffset? completedAt) => new(id, Match, User1, User2, state, completedAt);
}
