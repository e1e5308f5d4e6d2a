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
        Assert.Equal(("appended", new Note("first+"), true), await _grain.AppendAsync());
        Assert.Equal(("appended", new Note("first++"), true), await _grain.AppendAsync());

        Assert.Equal((new Note("first++"), 1, 2), (_row.Stored, _row.Reads, _row.Writes));
        Assert.Equal(0, _activation.Deactivations);
    }

    [Fact]
    public async Task Decide_WhileAWriteIsUnderWay_ShowsNothing()
    {
        await _grain.AppendAsync();
        Note? shown = First;
        _row.BeforeWrite = () => shown = _grain.Shown;

        await _grain.AppendAsync();

        Assert.Null(shown);
        Assert.Equal(new("first++"), _grain.Shown);
    }

    [Theory]
    [InlineData(typeof(TimeoutException), StorageFailure.Failed)]
    [InlineData(typeof(InvalidOperationException), StorageFailure.Failed)]
    [InlineData(typeof(StorageException), StorageFailure.Overloaded)]
    public async Task Decide_WhenTheWriteFails_DropsTheRowDeactivatesAndThrowsOurOwn(Type failure, StorageFailure expected)
    {
        await _grain.AppendAsync();
        _row.BeforeWrite = () => throw Create(failure);

        var thrown = await Assert.ThrowsAsync<StorageException>(_grain.AppendAsync);

        Assert.Equal((expected, null), (thrown.Failure, thrown.InnerException));
        Assert.Equal((null, 1), (_grain.Shown, _activation.Deactivations));

        // A call that arrives before the activation has ended is answered from the stored row.
        _row.BeforeWrite = static () => { };
        Assert.Equal(new Note("first++"), (await _grain.AppendAsync()).Row);
    }

    [Theory]
    [InlineData(typeof(TimeoutException), StorageFailure.Failed)]
    [InlineData(typeof(StorageException), StorageFailure.Overloaded)]
    public async Task Decide_WhenTheReadFails_DropsTheRowDeactivatesAndThrowsOurOwn(Type failure, StorageFailure expected)
    {
        await _grain.AppendAsync();
        _row.BeforeRead = () => throw Create(failure);

        var thrown = await Assert.ThrowsAsync<StorageException>(_grain.QueryAsync);

        Assert.Equal((expected, null), (thrown.Failure, thrown.InnerException));
        Assert.Equal((null, 1), (_grain.Shown, _activation.Deactivations));
    }

    [Fact]
    public async Task Decide_WhenTheRowChangedMeanwhile_ReadsAndDecidesAgain()
    {
        await _grain.AppendAsync();
        Once(() => _row.Change(Foreign));

        Assert.Equal(("appended", new Note("foreign+"), true), await _grain.AppendAsync());

        Assert.Equal((new Note("foreign+"), 2), (_row.Stored, _row.Reads));
        Assert.Equal([(new Note("first+"), Foreign)], _grain.ChangedElsewhere);
        Assert.Equal(0, _activation.Deactivations);
    }

    [Fact]
    public async Task Decide_WhenTheRowWasDeletedMeanwhile_AnswersSoAndKeepsNoActivation()
    {
        await _grain.AppendAsync();
        Once(() => _row.Change(null));

        Assert.Equal(("no row", null, false), await _grain.AppendAsync());

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

        var thrown = await Assert.ThrowsAsync<StorageException>(_grain.AppendAsync);

        Assert.Equal(StorageFailure.Conflict, thrown.Failure);
        // The seventh begins at 1.8 seconds, within the two.
        Assert.Equal((7, 1), (_row.Writes, _activation.Deactivations));
        Assert.Null(_grain.Shown);
    }

    [Fact]
    public async Task Decide_WhenSomeoneElseWritesTheSame_IsNotTakenForItsOwnWrite()
    {
        await _grain.AppendAsync();
        Once(() => _row.Change(new Note("first++")));

        Assert.Equal(("appended", new Note("first+++"), true), await _grain.AppendAsync());

        Assert.Equal([(new Note("first+"), new Note("first++"))], _grain.ChangedElsewhere);
    }

    [Fact]
    public async Task Decide_WhenNothingIsToBeWritten_RestsOnARead()
    {
        await _grain.QueryAsync();
        await _grain.QueryAsync();
        Assert.Equal(2, _row.Reads);

        _row.Change(Foreign);
        Assert.Equal(("found", Foreign, false), await _grain.QueryAsync());
        Assert.Equal([(First, Foreign)], _grain.ChangedElsewhere);
    }

    [Fact]
    public async Task Decide_WhenTheRowIsNotExpectedToChange_AnswersFromMemoryUntilMaxAge()
    {
        _row.Change(NoteGrain.Over);
        await _grain.QueryAsync();
        _row.Change(Foreign);

        _clock.Advance(NoteGrain.Age - TimeSpan.FromMilliseconds(200));
        Assert.Equal(("found", NoteGrain.Over, false), await _grain.QueryAsync());
        Assert.Equal(1, _row.Reads);

        _clock.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal(("found", Foreign, false), await _grain.QueryAsync());
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
            await _grain.DoAsync((_, _) => new("ended", NoteGrain.Over));
        }
        else
        {
            _row.Change(NoteGrain.Over);
            _row.AfterRead = TakeLong;
            await _grain.QueryAsync();
        }

        _row.Change(Foreign);

        Assert.Equal(("found", Foreign, false), await _grain.QueryAsync());

        void TakeLong() => _clock.Advance(NoteGrain.Age);
    }

    [Fact]
    public async Task Decide_AfterAFailover_TakesTheSameRowForUnchanged()
    {
        await _grain.AppendAsync();
        _row.FailOver(_row.Stored);

        var (_, row, _) = await _grain.AppendAsync();

        Assert.Equal(new Note("first++"), row);
        Assert.Empty(_grain.ChangedElsewhere);
    }

    [Fact]
    public async Task Decide_AfterAFailoverThatLostAWrite_NoticesTheOtherRow()
    {
        await _grain.AppendAsync();
        _row.FailOver(First);

        var (_, row, _) = await _grain.AppendAsync();

        Assert.Equal(new Note("first+"), row);
        Assert.Equal([(new Note("first+"), First)], _grain.ChangedElsewhere);
    }

    [Fact]
    public async Task Decide_WhenThereIsNoRow_KeepsNoActivationAndFindsOneThatIsInsertedLater()
    {
        _row.Change(null);
        Assert.Equal(("no row", null, false), await _grain.QueryAsync());
        Assert.Equal((1, 1), (_activation.Deactivations, _row.Reads));

        _row.Change(First);
        Assert.Equal(("found", First, false), await _grain.QueryAsync());
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
}
