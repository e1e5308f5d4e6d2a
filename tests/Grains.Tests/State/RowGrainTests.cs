using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Runtime;
using Wingman.Grains.Tests.Cluster;
using Wingman.State;
using Wingman.Testing;

namespace Wingman.Grains.Tests.State;

/// <summary>Decisions on a row that other programs change: what is answered, what is read again, and which cached state is dropped.</summary>
public sealed class RowGrainTests
{
    private static readonly Note First = new("first");
    private static readonly Note Foreign = new("foreign");
    private static readonly Note Over = new("over");

    private readonly FakeRow _row = new();
    private readonly TestClock _clock = new();
    private readonly FakeGrainContext _activation;
    private readonly NoteGrain _grain;

    public RowGrainTests()
    {
        var (context, fake) = FakeGrainContext.Create(GrainId.Create("note", "1"));
        _activation = fake;
        _grain = new(context, new OnDemandState<Note>("note", context, _row), _clock);
        _row.Change(First);
    }

    [Fact]
    public async Task Decide_WhenItWrites_ReadsOnceAndAnswersWhatIsStored()
    {
        Assert.Equal(("appended", new Note("first+"), true), await AppendAsync());
        Assert.Equal(("appended", new Note("first++"), true), await AppendAsync());

        Assert.Equal((new Note("first++"), 1, 2), (_row.Stored, _row.Reads, _row.Writes));
        Assert.Equal(0, _activation.Deactivations);
    }

    [Fact]
    public async Task Decide_WhileAWriteIsUnderWay_ShowsNothing()
    {
        await AppendAsync();
        Note? shown = First;
        _row.BeforeWrite = () => shown = _grain.Shown;

        await AppendAsync();

        Assert.Null(shown);
        Assert.Equal(new("first++"), _grain.Shown);
    }

    [Theory]
    [InlineData(typeof(TimeoutException), StorageFailure.Failed)]
    [InlineData(typeof(InvalidOperationException), StorageFailure.Failed)]
    [InlineData(typeof(StorageException), StorageFailure.Overloaded)]
    public async Task Decide_WhenTheWriteFails_DropsTheRowDeactivatesAndThrowsOurOwn(Type failure, StorageFailure expected)
    {
        await AppendAsync();
        _row.BeforeWrite = () => throw Create(failure);

        var thrown = await Assert.ThrowsAsync<StorageException>(AppendAsync);

        Assert.Equal((expected, null), (thrown.Failure, thrown.InnerException));
        Assert.Equal((null, 1), (_grain.Shown, _activation.Deactivations));

        // A call that arrives before the activation has ended is answered from the stored row.
        _row.BeforeWrite = static () => { };
        Assert.Equal(new Note("first++"), (await AppendAsync()).Row);
    }

    [Theory]
    [InlineData(typeof(TimeoutException), StorageFailure.Failed)]
    [InlineData(typeof(StorageException), StorageFailure.Overloaded)]
    public async Task Decide_WhenTheReadFails_DropsTheRowDeactivatesAndThrowsOurOwn(Type failure, StorageFailure expected)
    {
        await AppendAsync();
        _row.BeforeRead = () => throw Create(failure);

        var thrown = await Assert.ThrowsAsync<StorageException>(QueryAsync);

        Assert.Equal((expected, null), (thrown.Failure, thrown.InnerException));
        Assert.Equal((null, 1), (_grain.Shown, _activation.Deactivations));
    }

    [Fact]
    public async Task Decide_WhenTheRowChangedMeanwhile_ReadsAndDecidesAgain()
    {
        await AppendAsync();
        Once(() => _row.Change(Foreign));

        Assert.Equal(("appended", new Note("foreign+"), true), await AppendAsync());

        Assert.Equal((new Note("foreign+"), 2), (_row.Stored, _row.Reads));
        Assert.Equal([(new Note("first+"), Foreign)], _grain.ChangedElsewhere);
        Assert.Equal(0, _activation.Deactivations);
    }

    [Fact]
    public async Task Decide_WhenTheRowWasDeletedMeanwhile_AnswersSoAndKeepsNoActivation()
    {
        await AppendAsync();
        Once(() => _row.Change(null));

        Assert.Equal(("no row", null, false), await AppendAsync());

        Assert.Equal([(new Note("first+"), null)], _grain.ChangedElsewhere);
        Assert.Equal(1, _activation.Deactivations);
    }

    [Fact]
    public async Task Decide_WhenOthersChangeTheRowAgainAndAgain_GivesUpAtTheDeadline()
    {
        _row.BeforeWrite = () =>
        {
            _clock.Advance(TimeSpan.FromMilliseconds(300));
            _row.Change(Foreign);
        };

        var thrown = await Assert.ThrowsAsync<StorageException>(AppendAsync);

        Assert.Equal(StorageFailure.Conflict, thrown.Failure);
        // The seventh begins at 1.8 seconds, within the two.
        Assert.Equal((7, 1), (_row.Writes, _activation.Deactivations));
        Assert.Null(_grain.Shown);
    }

    [Fact]
    public async Task Decide_WhenTheReplyToTheWriteIsLost_RecognisesItsOwnWrite()
    {
        await AppendAsync();
        _row.AfterWrite = LoseReply;

        Assert.Equal(("appended", new Note("first++"), true), await AppendAsync());

        Assert.Equal((new Note("first++"), 2), (_row.Stored, _row.Writes));
        Assert.Empty(_grain.ChangedElsewhere);
    }

    [Fact]
    public async Task Decide_WhenTheReplyToTheWriteIsLost_ReadsForItsWriteEvenAfterTheDeadline()
    {
        await AppendAsync();
        _row.AfterWrite = LoseReplyLate;

        Assert.Equal(("appended", new Note("first++"), true), await AppendAsync());

        Assert.Equal((new Note("first++"), 2), (_row.Stored, _row.Writes));
    }

    [Fact]
    public async Task Decide_WhenAWriteWithoutAReplyIsNotFoundAfterTheDeadline_DoesNotSayThatNothingIsStored()
    {
        await AppendAsync();
        _row.AfterWrite = LoseReplyLate;
        _row.BeforeRead = () => _row.Change(Foreign);

        var thrown = await Assert.ThrowsAsync<StorageException>(AppendAsync);

        Assert.Equal((StorageFailure.Unavailable, 2, 1), (thrown.Failure, _row.Writes, _activation.Deactivations));
    }

    [Theory]
    [InlineData(StorageFailure.Overloaded, StorageFailure.Unavailable)]
    [InlineData(StorageFailure.Refused, StorageFailure.Unavailable)]
    [InlineData(StorageFailure.Unavailable, StorageFailure.Unavailable)]
    [InlineData(StorageFailure.Failed, StorageFailure.Failed)]
    public async Task Decide_WhenTheReadFailsAfterALostReply_DoesNotSayThatNothingIsStored(StorageFailure failure, StorageFailure expected)
    {
        _row.AfterWrite = LoseReply;
        _row.BeforeRead = () => FailAfterTheLostReply(failure);

        var thrown = await Assert.ThrowsAsync<StorageException>(AppendAsync);

        Assert.Equal((expected, 1), (thrown.Failure, _row.Writes));
    }

    [Theory]
    [InlineData(StorageFailure.Overloaded, StorageFailure.Unavailable)]
    [InlineData(StorageFailure.Refused, StorageFailure.Unavailable)]
    [InlineData(StorageFailure.Unavailable, StorageFailure.Unavailable)]
    [InlineData(StorageFailure.Failed, StorageFailure.Failed)]
    public async Task Decide_WhenTheNextWriteFailsAfterALostReply_DoesNotSayThatNothingIsStored(StorageFailure failure, StorageFailure expected)
    {
        _row.AfterWrite = LoseReply;
        // The row is not what the lost write made of it, so that it is written again.
        _row.BeforeRead = () => _row.Change(Foreign);
        _row.BeforeWrite = () => FailAfterTheLostReply(failure);

        var thrown = await Assert.ThrowsAsync<StorageException>(AppendAsync);

        Assert.Equal(expected, thrown.Failure);
    }

    [Fact]
    public async Task Decide_WhenConflictsFollowALostReplyUntilTheDeadline_DoesNotSayThatNothingIsStored()
    {
        await AppendAsync();
        _row.AfterWrite = LoseReply;
        _row.BeforeRead = () => _row.Change(Foreign);
        _row.BeforeWrite = () =>
        {
            // The first write is stored, and its reply is lost.
            if (_row.AfterWrite == LoseReply) return;

            _clock.Advance(TimeSpan.FromSeconds(1));
            _row.Change(Foreign);
        };

        var thrown = await Assert.ThrowsAsync<StorageException>(AppendAsync);

        Assert.Equal(StorageFailure.Unavailable, thrown.Failure);
    }

    [Fact]
    public async Task Decide_WhenSomeoneElseWritesTheSame_IsNotTakenForItsOwnWrite()
    {
        await AppendAsync();
        Once(() => _row.Change(new Note("first++")));

        Assert.Equal(("appended", new Note("first+++"), true), await AppendAsync());

        Assert.Equal([(new Note("first+"), new Note("first++"))], _grain.ChangedElsewhere);
    }

    [Fact]
    public async Task Decide_WhenNothingIsToBeWritten_RestsOnARead()
    {
        await QueryAsync();
        await QueryAsync();
        Assert.Equal(2, _row.Reads);

        _row.Change(Foreign);
        Assert.Equal(("found", Foreign, false), await QueryAsync());
        Assert.Equal([(First, Foreign)], _grain.ChangedElsewhere);
    }

    [Fact]
    public async Task Decide_WhenTheRowIsNotExpectedToChange_AnswersFromMemoryUntilMaxAge()
    {
        _row.Change(Over);
        await QueryAsync();
        _row.Change(Foreign);

        _clock.Advance(NoteGrain.Age - TimeSpan.FromMilliseconds(200));
        Assert.Equal(("found", Over, false), await QueryAsync());
        Assert.Equal(1, _row.Reads);

        _clock.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal(("found", Foreign, false), await QueryAsync());
        Assert.Equal(2, _row.Reads);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Decide_WhenTheRowArrivesLate_CountsItsAgeFromTheBeginningOfTheCall(bool afterAWrite)
    {
        if (afterAWrite)
        {
            _row.AfterWrite = TakeLong;
            await _grain.DoAsync((_, _) => new("ended", Over));
        }
        else
        {
            _row.Change(Over);
            _row.AfterRead = TakeLong;
            await QueryAsync();
        }

        _row.Change(Foreign);

        Assert.Equal(("found", Foreign, false), await QueryAsync());

        void TakeLong() => _clock.Advance(NoteGrain.Age);
    }

    [Fact]
    public async Task Decide_AfterAFailover_TakesTheSameRowForUnchanged()
    {
        await AppendAsync();
        _row.FailOver(_row.Stored);

        var (_, row, _) = await AppendAsync();

        Assert.Equal(new Note("first++"), row);
        Assert.Empty(_grain.ChangedElsewhere);
    }

    [Fact]
    public async Task Decide_AfterAFailoverThatLostAWrite_NoticesTheOtherRow()
    {
        await AppendAsync();
        _row.FailOver(First);

        var (_, row, _) = await AppendAsync();

        Assert.Equal(new Note("first+"), row);
        Assert.Equal([(new Note("first+"), First)], _grain.ChangedElsewhere);
    }

    [Fact]
    public async Task Decide_WhenThereIsNoRow_KeepsNoActivationAndFindsOneThatIsInsertedLater()
    {
        _row.Change(null);
        Assert.Equal(("no row", null, false), await QueryAsync());
        Assert.Equal((1, 1), (_activation.Deactivations, _row.Reads));

        _row.Change(First);
        Assert.Equal(("found", First, false), await QueryAsync());
        Assert.Empty(_grain.ChangedElsewhere);
    }

    private static Exception Create(Type type) => type == typeof(StorageException)
        ? new StorageException(StorageFailure.Overloaded, "full")
        : (Exception)Activator.CreateInstance(type)!;

    private void Once(Action change) => _row.BeforeWrite = () =>
    {
        _row.BeforeWrite = static () => { };
        change();
    };

    private void LoseReply()
    {
        _row.AfterWrite = static () => { };
        throw new UnknownOutcomeException("The reply was lost.");
    }

    private void FailAfterTheLostReply(StorageFailure failure)
    {
        if (_row.AfterWrite != LoseReply) throw new StorageException(failure, "failed");
    }

    private void LoseReplyLate()
    {
        _clock.Advance(TimeSpan.FromSeconds(3));
        LoseReply();
    }

    private Task<(string, Note? Row, bool)> AppendAsync() => _grain.DoAsync((note, _) =>
        note is null ? new("no row") : new("appended", new Note($"{note.Text}+")));

    private Task<(string, Note? Row, bool)> QueryAsync() => _grain.DoAsync((note, _) => new(note is null ? "no row" : "found"));

    private sealed class NoteGrain(IGrainContext context, IPersistentState<Note> row, TimeProvider clock)
        : RowGrain<Note>(context, row, clock, NullLogger.Instance)
    {
        public static readonly TimeSpan Age = TimeSpan.FromSeconds(2);

        public Note? Shown => Known;

        public List<(Note Before, Note? Now)> ChangedElsewhere { get; } = [];

        protected override TimeSpan MaxAge => Age;

        public async Task<(string Outcome, Note? Row, bool IsChanged)> DoAsync(Func<Note?, DateTimeOffset, Decision<string, Note>> decide) => await DecideAsync(decide);

        protected override bool IsFinal(Note? state) => state == Over;

        protected override bool IsOwn(Note written, Note read) => written == read;

        protected override void OnChangedElsewhere(Note before, Note? now) => ChangedElsewhere.Add((before, now));
    }
}
