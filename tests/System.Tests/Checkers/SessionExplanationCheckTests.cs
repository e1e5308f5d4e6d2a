using Wingman.Chaos;
using Wingman.Chaos.Explanations;
using Wingman.Chaos.Faults;
using Wingman.Sessions;
using Wingman.Testing.Checking;
using Wingman.Testing.History;
using Wingman.Testing.Models;

namespace Wingman.SystemTests.Checkers;

/// <summary>An explanation that differs from what happened is found: a true one is changed in one place at a time.</summary>
public sealed class SessionExplanationCheckTests
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 10, 0, 0, TimeSpan.Zero);
    private static readonly Pair Pair = new(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
    private static readonly Guid Id = Guid.NewGuid();
    private static readonly HashSet<string> Silos = ["host-1"];

    private readonly OneClock _clock = new();
    private readonly FaultLog _faults = new();
    private readonly RecordedTimes _times;

    public SessionExplanationCheckTests()
    {
        var wall = new WallClock(_clock);
        for (var tenth = 0; tenth <= 100; tenth++)
        {
            _clock.Seconds = tenth / 10.0;
            wall.FirstShown(DateTimeOffset.MaxValue);
        }

        _times = new RecordedTimes(wall, _faults);
    }

    // What happened: scheduled until second 1, confirmed by the first user in second 2, by the second user in second 4.
    private static SessionRecord Completed => new(Id, Pair, ModelState.New, Moment(1),
    [
        Confirm(Pair.User1, 2, 3, ConfirmOutcome.WaitingForBuddy),
        Confirm(Pair.User2, 4, 5, ConfirmOutcome.Completed),
    ])
    { ScheduledBy = Pair.User1, DueAt = Begin.AddDays(1), Finals = HistoryBuilder.Completed.Bit, SeenCompletedAt = At(4.5) };

    private static ReportedSession CompletedExplanation => Explain(HistoryBuilder.Completed, At(4.5), "completed", "completed",
        Line("scheduled", Pair.User1, 0.5), Line("confirmed", Pair.User1, 2.5), Line("completed", Pair.User2, 4.5));

    // A no-show, which an operator opened again; the first user confirmed, another program did it for the second, and the first user's next call completed it.
    private static SessionRecord Repaired => new(Id, Pair, ModelState.New, Moment(1),
    [
        new(ActKind.Reopen, null, Moment(3), Moment(4), null, "olga", "case 7"),
        Confirm(Pair.User1, 4, 5, ConfirmOutcome.WaitingForBuddy),
        new(ActKind.ForeignFlag, Pair.User2, Moment(5), Moment(6)),
        Confirm(Pair.User1, 6, 7, ConfirmOutcome.Completed),
    ])
    { DueAt = At(1.5), Finals = HistoryBuilder.Completed.Bit };

    private static ReportedSession RepairedExplanation => Explain(HistoryBuilder.Completed, At(6.5), "completed", "completed",
        Line("no_show", null, 2), Line("reopened", null, 3.5) with { Operator = "olga", Detail = "case 7", Text = "olga opened it: case 7" },
        Line("confirmed", Pair.User1, 4.5), Line("observed", null, 6.4), Line("completed", Pair.User1, 6.5)) with
    { Oddities = [new("foreign_changes"), new("repaired"), new("flag_without_event")] };

    // The first user's first attempt got no answer. The second was answered, another program took the confirmation back, and then the first was carried out.
    private static SessionRecord TakenBack => Completed with
    {
        Acts =
        [
            new(ActKind.Confirm, Pair.User1, Moment(2), SessionOperation.Never),
            Confirm(Pair.User1, 2.2, 2.6, ConfirmOutcome.WaitingForBuddy),
            new(ActKind.ForeignUnflag, Pair.User1, Moment(2.7), Moment(2.8)),
            Confirm(Pair.User2, 4, 5, ConfirmOutcome.Completed),
        ],
    };

    private static ReportedSession TakenBackExplanation =>
        Lines(static lines => [lines[0], Line("confirmed", Pair.User1, 2.5), Line("confirmed", Pair.User1, 3), lines[2]]);

    [Fact]
    public void TrueStories_AreTaken()
    {
        Assert.Empty(Wrong(Completed, CompletedExplanation));
        Assert.Empty(Wrong(Repaired, RepairedExplanation));
        Assert.Empty(Wrong(TakenBack, TakenBackExplanation));
    }

    public static TheoryData<string> UntrueExplanations => [.. Untrue.Keys];

    private static readonly Dictionary<string, Func<(SessionRecord Record, ReportedSession Explanation)>> Untrue = new()
    {
        ["of another session"] = () => (Completed, CompletedExplanation with { Session = Guid.NewGuid() }),
        ["no row"] = () => (Completed, CompletedExplanation with { Row = null }),
        ["another status"] = () => (Completed, Row(static row => row with { Status = "cancelled" })),
        ["a confirmation left out of the row"] = () => (Completed, Row(static row => row with { User2 = row.User2 with { Confirmed = false } })),
        ["another time of completion"] = () => (Completed, Row(static row => row with { CompletedAt = At(4.6) })),
        ["no time of completion"] = () => (Completed, Row(static row => row with { CompletedAt = null })),
        ["another credit"] = () => (Completed, Row(static row => row with { User1 = row.User1 with { Counts = "no_show" } })),
        ["no credit"] = () => (Completed, Row(static row => row with { User1 = row.User1 with { Counts = null } })),
        ["the users exchanged"] = () => (Completed, Row(static row => row with { User1 = row.User2, User2 = row.User1 })),
        ["another count of the match"] = () => (Completed, Row(static row => row with { Match = row.Match with { CompletedSessions = 2 } })),
        ["another summary"] = () => (Completed, CompletedExplanation with { Summary = "It is open, and nobody has confirmed it." }),
        ["a summary that leaves a user out"] = () => (Completed, CompletedExplanation with { Summary = $"It is completed, and counts for {Pair.User1} as completed." }),
        ["a confirmation left out"] = () => (Completed, Lines(static lines => [.. lines.Where(static line => line.Kind != "confirmed")])),
        ["a confirmation reported twice"] = () => (Completed, Lines(static lines => [.. lines, Line("confirmed", Pair.User1, 2.6)])),
        ["a confirmation of the other"] = () => (Completed, Lines(static lines => [.. lines.Select(static line => line.Kind == "confirmed" ? line with { Actor = Pair.User2 } : line)])),
        ["a confirmation of a stranger"] = () => (Completed, Lines(static lines => [.. lines.Select(static line => line.Kind == "confirmed" ? line with { Actor = Guid.NewGuid() } : line)])),
        ["a confirmation before it was asked for"] = () => (Completed, Lines(static lines => Moved(lines, "confirmed", 1.5))),
        ["a confirmation after it was answered"] = () => (Completed, Lines(static lines => Moved(lines, "confirmed", 3.5))),
        ["a completion after it was answered"] = () => (Completed, Lines(static lines => Moved(lines, "completed", 5.5))),
        ["a completion left out"] = () => (Completed, Lines(static lines => [.. lines.Where(static line => line.Kind != "completed")])),
        ["a completion by nobody"] = () => (Completed, Lines(static lines => [.. lines.Select(static line => line.Kind == "completed" ? line with { Actor = null } : line)])),
        ["a completion by an operator"] = () => (Completed, Lines(static lines => [.. lines.Select(static line => line.Kind == "completed" ? line with { Operator = "olga", Detail = "x" } : line)])),
        ["a cancellation that nobody asked for"] = () => (Completed, Lines(static lines => [.. lines, Line("cancelled", Pair.User1, 4)])),
        ["an end as a no-show before its time"] = () => (Completed, Lines(static lines => [.. lines, Line("no_show", null, 4)])),
        ["a change by others, who wrote nothing"] = () => (Completed, Lines(static lines => [.. lines, Line("observed", null, 4)])),
        ["a kind of line that nothing explains"] = () => (Completed, Lines(static lines => [.. lines, Line("notes_updated", Pair.User1, 4)])),
        ["scheduled by the other"] = () => (Completed, Lines(static lines => [.. lines.Select(static line => line.Kind == "scheduled" ? line with { Actor = Pair.User2 } : line)])),
        ["scheduled by nobody that it tells"] = () => (Completed, Lines(static lines => [.. lines.Where(static line => line.Kind != "scheduled")])),
        ["a host that is none of the run"] = () => (Completed, Lines(static lines => [.. lines.Select(static line => line.Kind == "completed" ? line with { Host = "host-2" } : line)])),
        ["a repair by a host that is none of the run"] = () => (Repaired, Repair(static line => line with { Host = "host-2" })),
        ["an oddity that is none"] = () => (Completed, CompletedExplanation with { Oddities = [new("flag_without_event")] }),
        ["others' changes, of whom there are none"] = () => (Completed, CompletedExplanation with { Oddities = [new("foreign_changes")] }),
        ["another reason"] = () => (Repaired, Repair(static line => line with { Detail = "case 8", Text = "olga: case 8" })),
        ["another operator"] = () => (Repaired, Repair(static line => line with { Operator = "otto", Text = "otto: case 7" })),
        ["a repair at another time"] = () => (Repaired, Repair(static line => line with { At = At(2.8) })),
        ["a repair whose words leave the reason out"] = () => (Repaired, Repair(static line => line with { Text = "olga opened it" })),
        ["a repair left out"] = () => (Repaired, RepairedExplanation with { Lines = [.. RepairedExplanation.Lines.Where(static line => line.Operator is null)] }),
        ["others' changes before they were made"] = () => (Repaired, RepairedExplanation with { Lines = Moved(RepairedExplanation.Lines, "observed", 4.2) }),
        ["a repair that is not called one"] = () => (Repaired, RepairedExplanation with { Oddities = [new("foreign_changes"), new("flag_without_event")] }),
        ["another's flag that is not called one"] = () => (Repaired, RepairedExplanation with { Oddities = [new("foreign_changes"), new("repaired")] }),
        ["a confirmation of the one who never asked"] = () => (Repaired, RepairedExplanation with { Lines = [.. RepairedExplanation.Lines, Line("confirmed", Pair.User2, 5.5)] }),
        ["a confirmation that was taken back, before it was asked for"] = () => (TakenBack, TakenBackExplanation with { Lines = Moved(TakenBackExplanation.Lines, "confirmed", 1.5) }),
        ["a second confirmation of the one whose attempts were all answered"] = () => (TakenBack with { Acts = [.. TakenBack.Acts.Skip(1)] }, TakenBackExplanation),
        ["a state that the answers do not allow"] = () => (Repaired with { Finals = new ModelState(SessionStatus.NoShow, true, false).Bit }, RepairedExplanation),
    };

    [Theory]
    [MemberData(nameof(UntrueExplanations))]
    public void UntrueStory_IsFound(string untrue)
    {
        var (record, explanation) = Untrue[untrue]();

        Assert.NotEmpty(Wrong(record, explanation));
    }

    [Fact]
    public void TimeOfAHostWhoseClockWasSet_IsTaken_DuringThatFaultOnly()
    {
        var times = new RecordedTimes(new WallClock(TimeProvider.System), _faults);
        var before = RunClock.Now;
        var begun = RunClock.Now;
        _faults.Begin("clock-jump", TimeSpan.Zero).ClockJump = TimeSpan.FromHours(1);
        var at = TimeProvider.System.GetUtcNow();
        var after = RunClock.Now;

        Assert.True(times.Fits(at, begun, after));
        Assert.True(times.Fits(at.AddHours(1), begun, after));
        Assert.False(times.Fits(at.AddHours(1), before, begun - 1));
        Assert.False(times.Fits(at.AddHours(-1), begun, after));
        Assert.False(times.Fits(at.AddHours(2), begun, after));
    }

    [Fact]
    public void Reputation_ThatIsExplainedWrongly_IsFound()
    {
        SessionRow[] rows = [Its(HistoryBuilder.Completed) with { Id = Guid.NewGuid() }, Its(new(SessionStatus.NoShow, false, true)) with { Id = Guid.NewGuid() }, Its(HistoryBuilder.Scheduled()) with { Id = Guid.NewGuid() }];
        var explanation = new ReportedReputation(
            Pair.User1, 1, 1, 0, new Dictionary<string, long> { ["completed"] = 1, ["no_show"] = 1, ["scheduled"] = 1 }, [new(rows[0].Id, "completed"), new(rows[1].Id, "no_show")]);

        Assert.Empty(ReputationExplanationCheck.Check(Pair.User1, rows, explanation));
        ReportedReputation[] untrue =
        [
            explanation with { User = Pair.User2 },
            explanation with { Completed = 2 },
            explanation with { NoShows = 0 },
            explanation with { Score = 1 },
            explanation with { Sessions = new Dictionary<string, long> { ["completed"] = 1, ["no_show"] = 1 } },
            explanation with { Sessions = new Dictionary<string, long> { ["completed"] = 2, ["no_show"] = 1 } },
            explanation with { Credits = [explanation.Credits[0]] },
            explanation with { Credits = [explanation.Credits[0], explanation.Credits[0]] },
            explanation with { Credits = [explanation.Credits[0], explanation.Credits[1] with { Outcome = "completed" }] },
            explanation with { Credits = [explanation.Credits[0], new(rows[2].Id, "completed")] },
        ];
        Assert.All(untrue, wrong => Assert.NotEmpty(ReputationExplanationCheck.Check(Pair.User1, rows, wrong)));
    }

    [Fact]
    public void EventfulSessions_KeepsThoseWithTheMostEvents()
    {
        var kept = new EventfulSessions(2);
        foreach (var record in new[] { Completed with { Acts = [] }, Repaired, Completed }) kept.Offer(record);

        Assert.Equal([Repaired.Eventfulness, Completed.Eventfulness], kept.All.Select(static record => record.Eventfulness));
    }

    private List<string> Wrong(SessionRecord record, ReportedSession explanation) =>
        [.. new SessionExplanationCheck(record, Its(HistoryBuilder.Completed, record.HasRepair ? At(6.5) : At(4.5)), 1, _times, Silos).Check(explanation)];

    private static SessionRow Its(ModelState state, DateTimeOffset? completedAt = null) => new(Id, Pair.Match, Pair.User1, Pair.User2, state, completedAt);

    private static ReportedSession Explain(ModelState state, DateTimeOffset? completedAt, string? counts1, string? counts2, params ReportedLine[] lines) => new(
        Id,
        new("completed", completedAt, new(Pair.User1, state.User1Confirmed, counts1), new(Pair.User2, state.User2Confirmed, counts2), new(Pair.Match, 1)),
        lines,
        [],
        $"It is completed, and counts for {Pair.User1} as completed and {Pair.User2} as completed.");

    private static ReportedSession Row(Func<ReportedRow, ReportedRow> change) => CompletedExplanation with { Row = change(CompletedExplanation.Row!) };

    private static ReportedSession Lines(Func<IReadOnlyList<ReportedLine>, IReadOnlyList<ReportedLine>> change) => CompletedExplanation with { Lines = change(CompletedExplanation.Lines) };

    private static ReportedSession Repair(Func<ReportedLine, ReportedLine> change) =>
        RepairedExplanation with { Lines = [.. RepairedExplanation.Lines.Select(line => line.Operator is null ? line : change(line))] };

    private static IReadOnlyList<ReportedLine> Moved(IReadOnlyList<ReportedLine> lines, string kind, double seconds) =>
        [.. lines.Select(line => line.Kind == kind ? line with { At = At(seconds) } : line)];

    private static ReportedLine Line(string kind, Guid? actor, double seconds) => new(At(seconds), kind, actor, "host-1", null, null, kind);

    private static RecordedAct Confirm(Guid user, double from, double until, ConfirmOutcome outcome) => new(ActKind.Confirm, user, Moment(from), Moment(until), new ConfirmAnswer(outcome));

    private static DateTimeOffset At(double seconds) => Begin.AddSeconds(seconds);

    private static long Moment(double seconds) => (long)(seconds * OneClock.Frequency);

    /// <summary>A machine whose clocks agree.</summary>
    private sealed class OneClock : TimeProvider
    {
        public static readonly long Frequency = System.TimestampFrequency;

        public double Seconds { get; set; }

        public override long TimestampFrequency => Frequency;

        public override long GetTimestamp() => Moment(Seconds);

        public override DateTimeOffset GetUtcNow() => At(Seconds);
    }
}
