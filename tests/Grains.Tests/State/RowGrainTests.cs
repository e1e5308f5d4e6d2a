namespace Wingman.Grains.Tests.State;

/// <summary>Decisions on a row that other programs change: what is answered, what is read again, and which cached state is dropped.</summary>
public sealed class RowGrainTests : NoteTests
{
    [Fact]
    public async Task Decide_WhenItWrites_ReadsOnceAndAnswersWhatIsStored()
    {
        Assert.Equal(("appended", new Note("first+"), true), await Grain.AppendAsync());
        Assert.Equal(("appended", new Note("first++"), true), await Grain.AppendAsync());

        Assert.Equal((new Note("first++"), 1, 2), (Row.Stored, Row.Reads, Row.Writes));
        Assert.Equal(0, Activation.Deactivations);
    }

    [Fact]
    public async Task Decide_WhileAWriteIsUnderWay_ShowsNothing()
    {
        await Grain.AppendAsync();
        Note? shown = First;
        Row.BeforeWrite = () => shown = Grain.Shown;

        await Grain.AppendAsync();

        Assert.Null(shown);
        Assert.Equal(new("first++"), Grain.Shown);
    }

    [Theory]
    [InlineData(typeof(TimeoutException), StorageFailure.Failed)]
    [InlineData(typeof(InvalidOperationException), StorageFailure.Failed)]
    [InlineData(typeof(StorageException), StorageFailure.Overloaded)]
    public async Task Decide_WhenTheWriteFails_DropsTheRowDeactivatesAndThrowsOurOwn(Type failure, StorageFailure expected)
    {
        await Grain.AppendAsync();
        Row.BeforeWrite = () => throw Create(failure);

        var thrown = await Assert.ThrowsAsync<StorageException>(Grain.AppendAsync);

        Assert.Equal((expected, null), (thrown.Failure, thrown.InnerException));
        Assert.Equal((null, 1), (Grain.Shown, Activation.Deactivations));

        // A call that arrives before the activation has ended is answered from the stored row.
        Row.BeforeWrite = static () => { };
        Assert.Equal(new Note("first++"), (await Grain.AppendAsync()).Row);
    }

    [Theory]
    [InlineData(typeof(TimeoutException), StorageFailure.Failed)]
    [InlineData(typeof(StorageException), StorageFailure.Overloaded)]
    public async Task Decide_WhenTheReadFails_DropsTheRowDeactivatesAndThrowsOurOwn(Type failure, StorageFailure expected)
    {
        await Grain.AppendAsync();
        Row.BeforeRead = () => throw Create(failure);

        var thrown = await Assert.ThrowsAsync<StorageException>(Grain.QueryAsync);

        Assert.Equal((expected, null), (thrown.Failure, thrown.InnerException));
        Assert.Equal((null, 1), (Grain.Shown, Activation.Deactivations));
    }

    [Fact]
    public async Task Decide_WhenTheRowChangedMeanwhile_ReadsAndDecidesAgain()
    {
        await Grain.AppendAsync();
        Once(() => Row.Change(Foreign));

        Assert.Equal(("appended", new Note("foreign+"), true), await Grain.AppendAsync());

        Assert.Equal((new Note("foreign+"), 2), (Row.Stored, Row.Reads));
        Assert.Equal([(new Note("first+"), Foreign)], Grain.ChangedElsewhere);
        Assert.Equal(0, Activation.Deactivations);
    }

    [Fact]
    public async Task Decide_WhenTheRowWasDeletedMeanwhile_AnswersSoAndKeepsNoActivation()
    {
        await Grain.AppendAsync();
        Once(() => Row.Change(null));

        Assert.Equal(("no row", null, false), await Grain.AppendAsync());

        Assert.Equal([(new Note("first+"), null)], Grain.ChangedElsewhere);
        Assert.Equal(1, Activation.Deactivations);
    }

    [Fact]
    public async Task Decide_WhenOthersChangeTheRowAgainAndAgain_GivesUpAtTheDeadline()
    {
        Row.BeforeWrite = () =>
        {
            Clock.Advance(TimeSpan.FromMilliseconds(300));
            Row.Change(Foreign);
        };

        var thrown = await Assert.ThrowsAsync<StorageException>(Grain.AppendAsync);

        Assert.Equal(StorageFailure.Conflict, thrown.Failure);
        // The seventh begins at 1.8 seconds, within the two.
        Assert.Equal((7, 1), (Row.Writes, Activation.Deactivations));
        Assert.Null(Grain.Shown);
    }

    [Fact]
    public async Task Decide_WhenSomeoneElseWritesTheSame_IsNotTakenForItsOwnWrite()
    {
        await Grain.AppendAsync();
        Once(() => Row.Change(new Note("first++")));

        Assert.Equal(("appended", new Note("first+++"), true), await Grain.AppendAsync());

        Assert.Equal([(new Note("first+"), new Note("first++"))], Grain.ChangedElsewhere);
    }

    [Fact]
    public async Task Decide_WhenNothingIsToBeWritten_RestsOnARead()
    {
        await Grain.QueryAsync();
        await Grain.QueryAsync();
        Assert.Equal(2, Row.Reads);

        Row.Change(Foreign);
        Assert.Equal(("found", Foreign, false), await Grain.QueryAsync());
        Assert.Equal([(First, Foreign)], Grain.ChangedElsewhere);
    }

    [Fact]
    public async Task Decide_WhenTheRowIsNotExpectedToChange_AnswersFromMemoryUntilMaxAge()
    {
        Row.Change(NoteGrain.Over);
        await Grain.QueryAsync();
        Row.Change(Foreign);

        Clock.Advance(NoteGrain.Age - TimeSpan.FromMilliseconds(200));
        Assert.Equal(("found", NoteGrain.Over, false), await Grain.QueryAsync());
        Assert.Equal(1, Row.Reads);

        Clock.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal(("found", Foreign, false), await Grain.QueryAsync());
        Assert.Equal(2, Row.Reads);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Decide_WhenTheRowArrivesLate_CountsItsAgeFromTheBeginningOfTheCall(bool afterAWrite)
    {
        if (afterAWrite)
        {
            Row.AfterWrite = TakeLong;
            await Grain.DoAsync((_, _) => new("ended", NoteGrain.Over));
        }
        else
        {
            Row.Change(NoteGrain.Over);
            Row.AfterRead = TakeLong;
            await Grain.QueryAsync();
        }

        Row.Change(Foreign);

        Assert.Equal(("found", Foreign, false), await Grain.QueryAsync());

        void TakeLong() => Clock.Advance(NoteGrain.Age);
    }

    [Fact]
    public async Task Decide_AfterAFailover_TakesTheSameRowForUnchanged()
    {
        await Grain.AppendAsync();
        Row.FailOver(Row.Stored);

        var (_, row, _) = await Grain.AppendAsync();

        Assert.Equal(new Note("first++"), row);
        Assert.Empty(Grain.ChangedElsewhere);
    }

    [Fact]
    public async Task Decide_AfterAFailoverThatLostAWrite_NoticesTheOtherRow()
    {
        await Grain.AppendAsync();
        Row.FailOver(First);

        var (_, row, _) = await Grain.AppendAsync();

        Assert.Equal(new Note("first+"), row);
        Assert.Equal([(new Note("first+"), First)], Grain.ChangedElsewhere);
    }

    [Fact]
    public async Task Decide_WhenThereIsNoRow_KeepsNoActivationAndFindsOneThatIsInsertedLater()
    {
        Row.Change(null);
        Assert.Equal(("no row", null, false), await Grain.QueryAsync());
        Assert.Equal((1, 1), (Activation.Deactivations, Row.Reads));

        Row.Change(First);
        Assert.Equal(("found", First, false), await Grain.QueryAsync());
        Assert.Empty(Grain.ChangedElsewhere);
    }

    /// <summary>The row has another version, which someone else has written.</summary>
    [Fact]
    public async Task Query_WhenSomeoneElseHasWrittenTheSameValues_NoticesIt()
    {
        await Grain.QueryAsync();
        Row.Change(First);

        await Grain.QueryAsync();

        Assert.Equal([(First, First)], Grain.ChangedElsewhere);
    }

    private static Exception Create(Type type) => type == typeof(StorageException)
        ? new StorageException(StorageFailure.Overloaded, "full")
        : (Exception)Activator.CreateInstance(type)!;

    private void Once(Action change) => Row.BeforeWrite = () =>
    {
        Row.BeforeWrite = static () => { };
        change();
    };
}
