using Wingman.State;

namespace Wingman.Grains.Tests.State;

/// <summary>Decisions whose write may be stored although its reply was lost: the grain finds out, or does not say that nothing is stored.</summary>
public sealed class RowGrainLostReplyTests : NoteTests
{
    [Fact]
    public async Task Decide_WhenTheReplyToTheWriteIsLost_RecognisesItsOwnWrite()
    {
        await Grain.AppendAsync();
        Row.AfterWrite = LoseReply;

        Assert.Equal(("appended", new Note("first++"), true), await Grain.AppendAsync());

        Assert.Equal((new Note("first++"), 2), (Row.Stored, Row.Writes));
        Assert.Empty(Grain.ChangedElsewhere);
    }

    [Fact]
    public async Task Decide_WhenTheReplyToTheWriteIsLost_ReadsForItsWriteEvenAfterTheDeadline()
    {
        await Grain.AppendAsync();
        Row.AfterWrite = LoseReplyLate;

        Assert.Equal(("appended", new Note("first++"), true), await Grain.AppendAsync());

        Assert.Equal((new Note("first++"), 2), (Row.Stored, Row.Writes));
    }

    [Fact]
    public async Task Decide_WhenAWriteWithoutAReplyIsNotFoundAfterTheDeadline_DoesNotSayThatNothingIsStored()
    {
        await Grain.AppendAsync();
        Row.AfterWrite = LoseReplyLate;
        Row.BeforeRead = () => Row.Change(Foreign);

        var thrown = await Assert.ThrowsAsync<StorageException>(Grain.AppendAsync);

        Assert.Equal((StorageFailure.Unavailable, 2, 1), (thrown.Failure, Row.Writes, Activation.Deactivations));
    }

    [Theory]
    [InlineData(StorageFailure.Overloaded, StorageFailure.Unavailable)]
    [InlineData(StorageFailure.Refused, StorageFailure.Unavailable)]
    [InlineData(StorageFailure.Unavailable, StorageFailure.Unavailable)]
    [InlineData(StorageFailure.Failed, StorageFailure.Failed)]
    public async Task Decide_WhenTheReadFailsAfterALostReply_DoesNotSayThatNothingIsStored(StorageFailure failure, StorageFailure expected)
    {
        Row.AfterWrite = LoseReply;
        Row.BeforeRead = () => FailAfterTheLostReply(failure);

        var thrown = await Assert.ThrowsAsync<StorageException>(Grain.AppendAsync);

        Assert.Equal((expected, 1), (thrown.Failure, Row.Writes));
    }

    [Fact]
    public async Task Decide_WhenTheReadFailsAfterALostReplyAndAConflict_DoesNotSayThatNothingIsStored()
    {
        Row.AfterWrite = LoseReply;
        Row.BeforeRead = () =>
        {
            // The second write is a conflict, so it is certainly not stored. The first one may be.
            if (Row.Writes == 1) Row.Change(Foreign);
            else if (Row.Writes == 2) throw new StorageException(StorageFailure.Overloaded, "full");
        };
        Row.BeforeWrite = () =>
        {
            if (Row.Writes == 2) Row.Change(Foreign);
        };

        var thrown = await Assert.ThrowsAsync<StorageException>(Grain.AppendAsync);

        Assert.Equal((StorageFailure.Unavailable, 2), (thrown.Failure, Row.Writes));
    }

    [Theory]
    [InlineData(StorageFailure.Overloaded, StorageFailure.Unavailable)]
    [InlineData(StorageFailure.Refused, StorageFailure.Unavailable)]
    [InlineData(StorageFailure.Unavailable, StorageFailure.Unavailable)]
    [InlineData(StorageFailure.Failed, StorageFailure.Failed)]
    public async Task Decide_WhenTheNextWriteFailsAfterALostReply_DoesNotSayThatNothingIsStored(StorageFailure failure, StorageFailure expected)
    {
        Row.AfterWrite = LoseReply;
        // The row is not what the lost write made of it, so that it is written again.
        Row.BeforeRead = () => Row.Change(Foreign);
        Row.BeforeWrite = () => FailAfterTheLostReply(failure);

        var thrown = await Assert.ThrowsAsync<StorageException>(Grain.AppendAsync);

        Assert.Equal(expected, thrown.Failure);
    }

    [Fact]
    public async Task Decide_WhenConflictsFollowALostReplyUntilTheDeadline_DoesNotSayThatNothingIsStored()
    {
        await Grain.AppendAsync();
        Row.AfterWrite = LoseReply;
        Row.BeforeRead = () => Row.Change(Foreign);
        Row.BeforeWrite = () =>
        {
            // The first write is stored, and its reply is lost.
            if (Row.AfterWrite == LoseReply) return;

            Clock.Advance(TimeSpan.FromSeconds(1));
            Row.Change(Foreign);
        };

        var thrown = await Assert.ThrowsAsync<StorageException>(Grain.AppendAsync);

        Assert.Equal(StorageFailure.Unavailable, thrown.Failure);
    }

    private void LoseReply()
    {
        Row.AfterWrite = static () => { };
        throw new UnknownOutcomeException("The reply was lost.");
    }

    private void FailAfterTheLostReply(StorageFailure failure)
    {
        if (Row.AfterWrite != LoseReply) throw new StorageException(failure, "failed");
    }

    private void LoseReplyLate()
    {
        Clock.Advance(TimeSpan.FromSeconds(3));
        LoseReply();
    }
}
