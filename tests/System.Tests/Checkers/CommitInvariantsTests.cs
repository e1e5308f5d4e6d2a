using Wingman.Chaos.Checking;
using Wingman.Chaos.History;
using Wingman.Reputation;
using Wingman.Sessions;

namespace Wingman.SystemTests.Checkers;

/// <summary>A sound snapshot passes; each way to break it is found, under the right name.</summary>
public sealed class CommitInvariantsTests
{
    private static readonly Guid Match = Guid.NewGuid();
    private static readonly Guid User1 = Guid.NewGuid();
    private static readonly Guid User2 = Guid.NewGuid();
    private static readonly Guid Completed = Guid.NewGuid();
    private static readonly Guid Missed = Guid.NewGuid();
    private static readonly Guid Active = Guid.NewGuid();
    private static readonly DateTimeOffset At = new(2026, 1, 1, 10, 0, 0, TimeSpan.Zero);

    private static readonly ModelState IsCompleted = new(SessionStatus.Completed, true, true);
    private static readonly ModelState IsMissed = new(SessionStatus.NoShow, true, false);
    private static readonly ModelState IsActive = new(SessionStatus.Scheduled, false, true);

    private readonly DatabaseSnapshot _sound = new(
        [Row(Completed, IsCompleted, At), Row(Missed, IsMissed, null), Row(Active, IsActive, null)],
        [new MatchRow(Match, 1, 1)],
        [new(User1, Completed, CreditOutcome.Completed), new(User2, Completed, CreditOutcome.Completed), new(User2, Missed, CreditOutcome.NoShow)],
        [Stored(Completed, IsCompleted, At), Stored(Missed, IsMissed, null), Stored(Active, IsActive, null)],
        IsComplete: true);

    public static TheoryData<string, string> Damages() => new()
    {
        { "credit missing", "I4" },
        { "credit doubled", "I4" },
        { "credit for the wrong user", "I4" },
        { "no-show credited as completed", "I4" },
        { "credit of an active session", "I4" },
        { "credit of no session", "I4" },
        { "completed with one flag", "I2" },
        { "both flags and not completed", "I2" },
        { "completed without a time", "I2" },
        { "time without completion", "I2" },
        { "row ahead of its state", "I5" },
        { "state ahead of its row", "I5" },
        { "another time of completion in the state", "I5" },
        { "two stored states", "I5" },
        { "over without a stored state", "I5" },
        { "state of no session", "I5" },
        { "counter too high", "I3" },
        { "counters differ", "I3" },
        { "two active sessions", "one active session" },
    };

    [Fact]
    public void SoundSnapshot_HasNoViolations() => Assert.Empty(CommitInvariants.Check(_sound));

    [Fact]
    public void AdoptedSessionNotYetWritten_HasNoViolations() =>
        Assert.Empty(CommitInvariants.Check(_sound with { Stored = [.. _sound.Stored.Where(static state => state.Id != Active)] }));

    [Theory]
    [MemberData(nameof(Damages))]
    public void DamagedSnapshot_IsFound(string damage, string rule) =>
        Assert.Contains(CommitInvariants.Check(Damage(damage)), violation => violation.Rule == rule);

    private DatabaseSnapshot Damage(string damage) => damage switch
    {
        "credit missing" => _sound with { Credits = [.. _sound.Credits.Skip(1)] },
        "credit doubled" => _sound with { Credits = [.. _sound.Credits, _sound.Credits[0]] },
        "credit for the wrong user" => Credits(0, static credit => credit with { User = Guid.NewGuid() }),
        "no-show credited as completed" => Credits(2, static credit => credit with { Outcome = CreditOutcome.Completed }),
        "credit of an active session" => _sound with { Credits = [.. _sound.Credits, new(User1, Active, CreditOutcome.NoShow)] },
        "credit of no session" => _sound with { Credits = [.. _sound.Credits, new(User1, Guid.NewGuid(), CreditOutcome.Completed)] },
        "completed with one flag" => Rows(0, static row => row with { State = new(SessionStatus.Completed, true, false) }),
        "both flags and not completed" => Rows(2, static row => row with { State = new(SessionStatus.Scheduled, true, true) }),
        "completed without a time" => Rows(0, static row => row with { CompletedAt = null }),
        "time without completion" => Rows(2, static row => row with { CompletedAt = At }),
        "row ahead of its state" => Rows(2, static row => row with { State = new(SessionStatus.Cancelled, false, true) }),
        "state ahead of its row" => States(2, static state => state with { State = new(SessionStatus.Cancelled, false, true) }),
        "another time of completion in the state" => States(0, static state => state with { CompletedAt = At.AddSeconds(1) }),
        "two stored states" => _sound with { Stored = [.. _sound.Stored, _sound.Stored[0]] },
        "over without a stored state" => _sound with { Stored = [.. _sound.Stored.Skip(1)] },
        "state of no session" => _sound with { Stored = [.. _sound.Stored, Stored(Guid.NewGuid(), IsActive, null)] },
        "counter too high" => _sound with { Matches = [new MatchRow(Match, 2, 2)] },
        "counters differ" => _sound with { Matches = [new MatchRow(Match, 1, 0)] },
        "two active sessions" => _sound with { Sessions = [.. _sound.Sessions, Row(Guid.NewGuid(), IsActive, null)] },
        _ => throw new ArgumentOutOfRangeException(nameof(damage), damage, null),
    };

    private DatabaseSnapshot Rows(int index, Func<SessionRow, SessionRow> change) =>
        _sound with { Sessions = [.. _sound.Sessions.Select((row, i) => i == index ? change(row) : row)] };

    private DatabaseSnapshot Credits(int index, Func<CreditRow, CreditRow> change) =>
        _sound with { Credits = [.. _sound.Credits.Select((credit, i) => i == index ? change(credit) : credit)] };

    private DatabaseSnapshot States(int index, Func<StoredSession, StoredSession> change) =>
        _sound with { Stored = [.. _sound.Stored.Select((state, i) => i == index ? change(state) : state)] };

    private static SessionRow Row(Guid id, ModelState state, DateTimeOffset? completedAt) => new(id, Match, User1, User2, state, completedAt);

    private static StoredSession Stored(Guid id, ModelState state, DateTimeOffset? completedAt) => new(id, 1, Match, User1, User2, state, completedAt);
}
