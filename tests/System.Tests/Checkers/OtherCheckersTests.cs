using System.Text.Json;
using Wingman.Chaos;
using Wingman.Chaos.Checking;
using Wingman.Chaos.Faults;
using Wingman.Chaos.Load;
using Wingman.Sessions;
using Wingman.Testing.Checking;
using Wingman.Testing.History;
using Wingman.Testing.Models;

namespace Wingman.SystemTests.Checkers;

/// <summary>The smaller checkers find violations as well.</summary>
public sealed class OtherCheckersTests
{
    private static readonly Pair Pair = new(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
    private static readonly Guid Session = Guid.NewGuid();

    [Fact]
    public void Acknowledgement_ThatTheDatabaseLacks_IsFound()
    {
        var answered = new Acknowledged(true, false, null);

        Assert.Empty(AcknowledgementCheck.Check(Rows(new(SessionStatus.Scheduled, true, false)), [(Session, answered)]));
        Assert.Single(AcknowledgementCheck.Check(Rows(new(SessionStatus.Scheduled, false, true)), [(Session, answered)]));
        Assert.Single(AcknowledgementCheck.Check(new Dictionary<Guid, SessionRow>(), [(Session, answered)]));
    }

    [Fact]
    public void AcknowledgedEnd_ThatTheDatabaseHasOtherwise_IsFound()
    {
        var answered = new Acknowledged(true, true, SessionStatus.Completed);

        Assert.Single(AcknowledgementCheck.Check(Rows(new(SessionStatus.Cancelled, true, true)), [(Session, answered)]));
    }

    [Fact]
    public void FinalState_ThatTheHistoryDoesNotAllow_IsFound()
    {
        var settled = new SettledSession(Session, Pair, HistoryBuilder.Completed.Bit, new Acknowledged(true, true, SessionStatus.Completed));

        Assert.Empty(AcknowledgementCheck.CheckFinals(Rows(HistoryBuilder.Completed), [settled]));
        Assert.Single(AcknowledgementCheck.CheckFinals(Rows(ModelState.New), [settled]));
    }

    [Fact]
    public void FinishedSession_ThatChanges_IsFound()
    {
        var finished = new FinishedSessions();
        var at = new DateTimeOffset(2026, 1, 1, 10, 0, 0, TimeSpan.Zero);

        Assert.Empty(finished.Check(Snapshot(HistoryBuilder.Completed, at)));
        Assert.Empty(finished.Check(Snapshot(HistoryBuilder.Completed, at)));
        Assert.Single(finished.Check(Snapshot(HistoryBuilder.Completed, at.AddTicks(10))));
    }

    [Fact]
    public void FinishedNoShow_ThatAnOperatorTookBack_MayChange()
    {
        var finished = new FinishedSessions();
        var missed = Snapshot(new(SessionStatus.NoShow, true, false), null);
        var open = Snapshot(new(SessionStatus.Scheduled, true, false), null);

        Assert.Empty(finished.Check(missed));
        Assert.Empty(finished.Check(open with { Events = [new(Session, "reopened", null, default, "olga")] }));
        Assert.Empty(finished.Check(missed));
        Assert.Single(finished.Check(open));
    }

    [Fact]
    public void Reputation_ThatDiffersFromACountOfTheRows_IsFound()
    {
        var counted = new Credits(2, 1);

        Assert.Null(ReputationCheck.Compare(Pair.User1, counted, completed: 2, noShows: 1, score: 1));
        Assert.NotNull(ReputationCheck.Compare(Pair.User1, counted, completed: 3, noShows: 1, score: 2));
        Assert.NotNull(ReputationCheck.Compare(Pair.User1, counted, completed: 2, noShows: 0, score: 2));
        Assert.NotNull(ReputationCheck.Compare(Pair.User1, counted, completed: 2, noShows: 1, score: 2));
    }

    [Fact]
    public void CountOfTheRows_IsTheContracts()
    {
        SessionRow[] rows =
        [
            Row(new(SessionStatus.Completed, true, true)),
            Row(new(SessionStatus.Completed, true, true)),
            Row(new(SessionStatus.NoShow, true, false)),
            Row(new(SessionStatus.NoShow, false, false)),
            Row(new(SessionStatus.Cancelled, true, false)),
            Row(new(SessionStatus.Scheduled, true, false)),
        ];

        var counted = Credits.Count(rows);

        Assert.Equal(new Credits(2, 1), counted[Pair.User1]);
        Assert.Equal(new Credits(2, 2), counted[Pair.User2]);
        Assert.Equal((-5, 20), (new Credits(0, 9).Score, new Credits(30, 1).Score));
    }

    [Fact]
    public void Reputation_OutsideWhatClientsKnow_IsFound()
    {
        var bounds = new ReputationBounds();
        var history = new SessionHistory(Session, Pair, ModelState.New, RunClock.Now, DateTimeOffset.MaxValue);
        bounds.Confirms(history, Participant.User1);
        bounds.Confirms(history, Participant.User2);

        Assert.Null(bounds.Check(Pair.User1, 0, TimeSpan.Zero, CallNow()));
        Assert.Null(bounds.Check(Pair.User1, 1, TimeSpan.Zero, CallNow()));
        Assert.NotNull(bounds.Check(Pair.User1, 2, TimeSpan.Zero, CallNow()));

        bounds.SawCompletion(history);

        Assert.NotNull(bounds.Check(Pair.User1, 0, TimeSpan.Zero, CallNow()));
        Assert.Null(bounds.Check(Pair.User1, 0, TimeSpan.FromMinutes(1), CallNow()));
        Assert.Null(bounds.Check(Pair.User1, 1, TimeSpan.Zero, CallNow()));
    }

    [Fact]
    public void Failure_IsExplainedByAFaultAndItsGrace_AndByNothingElse()
    {
        var faults = new FaultLog();
        var journal = new LoadJournal(faults);
        journal.Observe(CallNow() with { Outcome = CallOutcome.Failed, Status = 503 });
        var fault = faults.Begin("test", TimeSpan.FromMinutes(1));
        journal.Observe(CallNow() with { Outcome = CallOutcome.Failed, Status = 503 });
        fault.Heal();
        journal.Observe(CallNow() with { Outcome = CallOutcome.Lost });

        Assert.Single(journal.Unexplained());
    }

    [Theory]
    [InlineData("""{"code":"storage_unavailable"}""")]
    [InlineData("""{"code":"no_silo"}""")]
    [InlineData("""{"code":"outcome_unknown"}""")]
    [InlineData("""{"outcome":"unknown","text":"of an operator's repair"}""")]
    public void AnswerThatTheTimeWasUp_IsAFailure_OnlyWhereSpeedIsJudged(string body)
    {
        var journal = new LoadJournal(new FaultLog());
        journal.Observe(Failed(503, body));

        Assert.Single(journal.Unexplained());
        Assert.Empty(journal.Unexplained(judgesSpeed: false));
        Assert.Equal(1, journal.OutOfTime());
    }

    [Theory]
    [InlineData(2.0, 0)]
    [InlineData(0.1, 1)]
    public void Conflict_IsAnAnswerThatTheTimeWasUp_OnlyIfTheTimeHasPassed(double seconds, int unexplained)
    {
        var journal = new LoadJournal(new FaultLog());
        journal.Observe(Lasting(Failed(503, """{"code":"conflict"}"""), seconds));

        Assert.Single(journal.Unexplained());
        Assert.Equal(unexplained, journal.Unexplained(judgesSpeed: false).Count);
        Assert.Equal(1 - unexplained, journal.OutOfTime());
    }

    [Fact]
    public void AnswerThatTheTimeWasUp_DuringAFault_IsNotCounted()
    {
        var faults = new FaultLog();
        var journal = new LoadJournal(faults);
        faults.Begin("test", TimeSpan.FromMinutes(1));
        journal.Observe(Failed(503, """{"code":"storage_unavailable"}"""));

        Assert.Equal(0, journal.OutOfTime());
    }

    [Theory]
    [InlineData(500, """{"code":"unexpected"}""")]
    [InlineData(500, """{"code":"storage_failed"}""")]
    [InlineData(500, """{"code":"outcome_unknown"}""")]
    [InlineData(503, """{"code":"no_signing_keys"}""")]
    [InlineData(503, """{"code":"overloaded"}""")]
    [InlineData(503, """{"code":1}""")]
    [InlineData(503, "[]")]
    public void AnswerThatIsWrongAtAnySpeed_IsAFailureOfEachRun(int status, string body)
    {
        var journal = new LoadJournal(new FaultLog());
        journal.Observe(Failed(status, body));

        Assert.Single(journal.Unexplained());
        Assert.Single(journal.Unexplained(judgesSpeed: false));
    }

    [Fact]
    public void CallWithoutAnAnswer_IsAFailureOfEachRun()
    {
        var journal = new LoadJournal(new FaultLog());
        journal.Observe(CallNow() with { Outcome = CallOutcome.Lost, Status = 0 });

        Assert.Single(journal.Unexplained());
        Assert.Single(journal.Unexplained(judgesSpeed: false));
    }

    [Theory]
    [InlineData(65.0, 1)]
    [InlineData(1.0, 0)]
    public void CallWithoutAnAnswer_DuringAFault_IsExplained_OnlyIfItsConnectionBroke(double seconds, int unexplained)
    {
        var faults = new FaultLog();
        var journal = new LoadJournal(faults);
        faults.Begin("test", TimeSpan.FromMinutes(1));
        journal.Observe(Lasting(CallNow() with { Outcome = CallOutcome.Lost, Status = 0 }, seconds));

        Assert.Empty(journal.Unexplained());
        Assert.Equal(unexplained, journal.Unexplained(judgesSpeed: false).Count);
    }

    [Theory]
    [InlineData("host", 0)]
    [InlineData("other", 1)]
    public void CallWithoutAnAnswer_IsExplainedByTheSuspensionOfItsHost(string suspended, int unexplained)
    {
        var faults = new FaultLog();
        var journal = new LoadJournal(faults);
        faults.Begin(SuspendSilo.Kind, TimeSpan.FromMinutes(1)).Target = suspended;
        journal.Observe(Lasting(CallNow() with { Outcome = CallOutcome.Lost, Status = 0 }, 65));

        Assert.Equal(unexplained, journal.Unexplained(judgesSpeed: false).Count);
    }

    [Fact]
    public void SuspendedHost_IsThatOfAFaultThatLasts()
    {
        var faults = new FaultLog();
        var fault = faults.Begin(SuspendSilo.Kind, TimeSpan.FromMinutes(1));
        fault.Target = "host";

        Assert.True(faults.IsSuspended("host"));
        Assert.False(faults.IsSuspended("other"));

        fault.Heal();

        // Half a minute later, within the time that is given to recover.
        var later = RunClock.After(TimeSpan.FromSeconds(30));
        Assert.False(faults.WasSuspended("host", later, later));
        Assert.True(faults.WasSuspended("host", fault.StartedAt, later));
    }

    [Theory]
    [InlineData(0, "", true, true)]
    [InlineData(137, "crit: The host has not stopped within 00:00:25; the process is terminated", false, true)]
    [InlineData(137, "crit: The host has not stopped within 00:00:25; the process is terminated", true, false)]
    [InlineData(137, "info: Stopping", false, false)]
    [InlineData(1, "crit: The host has not stopped within 00:00:25; the process is terminated", false, false)]
    public void HostThatWasAskedToStop_MayKillItself_WhereSpeedIsNotJudged(int exitCode, string log, bool judgesSpeed, bool isGood) =>
        Assert.Equal(isGood, RollingRestart.IsGoodEnd(exitCode, log, judgesSpeed));

    private static Call Lasting(Call call, double seconds) => call with { ReturnedAt = call.InvokedAt + RunClock.Ticks(TimeSpan.FromSeconds(seconds)) };

    private static Call Failed(int status, string body) =>
        CallNow() with { Outcome = CallOutcome.Failed, Status = status, Body = JsonSerializer.Deserialize<JsonElement>(body) };

    private static Call CallNow() => new(CallOutcome.Answered, 200, default, RunClock.Now, RunClock.Now, "/", "host", null);

    private static Dictionary<Guid, SessionRow> Rows(ModelState state) => Snapshot(state, null).Sessions.ToDictionary(static row => row.Id);

    private static DatabaseSnapshot Snapshot(ModelState state, DateTimeOffset? completedAt) =>
        new([Row(state, completedAt)], [], [], true);

    private static SessionRow Row(ModelState state, DateTimeOffset? completedAt = null) => new(Session, Pair.Match, Pair.User1, Pair.User2, state, completedAt);
}
