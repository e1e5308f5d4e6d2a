using Orleans.Runtime;
using Wingman.Grains.Tests.Cluster;
using Wingman.State;
using Wingman.Testing;

namespace Wingman.Grains.Tests.State;

/// <summary>Decisions whose write may be stored although its reply was lost: the grain finds out, or does not say that nothing is stored.</summary>
public sealed class RowGrainLostReplyTests
{
    private static readonly Note First = new("first");
    private static readonly Note Foreign = new("foreign");

    private readonly FakeRow _row = new();
    private readonly TestClock _clock = new();
    private readonly FakeGrainContext _activation;
    private readonly NoteGrain _grain;

    public RowGrainLostReplyTests()
    {
        var (context, fake) = FakeGrainContext.Create(GrainId.Create("note", "1"));
        _activation = fake;
        _grain = new(context, new OnDemandState<Note>("note", context, _row), _clock);
        _row.Change(First);
    }

    [Fact]
    public async Task Decide_WhenTheReplyToTheWriteIsLost_RecognisesItsOwnWrite()
    {
        await _grain.AppendAsync();
        _row.AfterWrite = LoseReply;

        Assert.Equal(("appended", new Note("first++"), true), await _grain.AppendAsync());

        Assert.Equal((new Note("first++"), 2), (_row.Stored, _row.Writes));
        Assert.Empty(_grain.ChangedElsewhere);
    }

    [Fact]
    public async Task Decide_WhenTheReplyToTheWriteIsLost_ReadsForItsWriteEvenAfterTheDeadline()
    {
        await _grain.AppendAsync();
        _row.AfterWrite = LoseReplyLate;

        Assert.Equal(("appended", new Note("first++"), true), await _grain.AppendAsync());

        Assert.Equal((new Note("first++"), 2), (_row.Stored, _row.Writes));
    }

    [Fact]
    public async Task Decide_WhenAWriteWithoutAReplyIsNotFoundAfterTheDeadline_DoesNotSayThatNothingIsStored()
    {
        await _grain.AppendAsync();
        _row.AfterWrite = LoseReplyLate;
        _row.BeforeRead = () => _row.Change(Foreign);

        var thrown = await Assert.ThrowsAsync<StorageException>(_grain.AppendAsync);

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

        var thrown = await Assert.ThrowsAsync<StorageException>(_grain.AppendAsync);

        Assert.Equal((expected, 1), (thrown.Failure, _row.Writes));
    }

    [Fact]
    public async Task Decide_WhenTheReadFailsAfterALostReplyAndAConflict_DoesNotSayThatNothingIsStored()
    {
        _row.AfterWrite = LoseReply;
        _row.BeforeRead = () =>
        {
            // The second write is a conflict, of which it is known that it is not stored. Of the first it is not.
            if (_row.Writes == 1) _row.Change(Foreign);
            else if (_row.Writes == 2) throw new StorageException(StorageFailure.Overloaded, "full");
        };
        _row.BeforeWrite = () =>
        {
            if (_row.Writes == 2) _row.Change(Foreign);
        };

        var thrown = await Assert.ThrowsAsync<StorageException>(_grain.AppendAsync);

        Assert.Equal((StorageFailure.Unavailable, 2), (thrown.Failure, _row.Writes));
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

        var thrown = await Assert.ThrowsAsync<StorageException>(_grain.AppendAsync);

        Assert.Equal(expected, thrown.Failure);
    }

    [Fact]
    public async Task Decide_WhenConflictsFollowALostReplyUntilTheDeadline_DoesNotSayThatNothingIsStored()
    {
        await _grain.AppendAsync();
        _row.AfterWrite = LoseReply;
        _row.BeforeRead = () => _row.Change(Foreign);
        _row.BeforeWrite = () =>
        {
            // The first write is stored, and its reply is lost.
            if (_row.AfterWrite == LoseReply) return;

            _clock.Advance(TimeSpan.FromSeconds(1));
            _row.Change(Foreign);
        };

        var thrown = await Assert.ThrowsAsync<StorageException>(_grain.AppendAsync);

        Assert.Equal(StorageFailure.Unavailable, thrown.Failure);
    }

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
}
