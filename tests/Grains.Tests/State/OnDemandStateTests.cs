using Wingman.State;
using Wingman.Testing;

namespace Wingman.Grains.Tests.State;

/// <summary>The state shows what is stored or what is about to be stored; after a failure it shows nothing.</summary>
public sealed class OnDemandStateTests
{
    private static readonly Note First = new("first");
    private static readonly Note Second = new("second");

    private readonly FakeRow _row = new();
    private readonly OnDemandState<Note> _state;

    public OnDemandStateTests() => _state = new("note", FakeGrainContext.Create(GrainId.Create("note", "1")).Context, _row);

    [Fact]
    public void State_BeforeTheFirstRead_IsNothingAndHasReadNothing()
    {
        Assert.Equal((null, false, null, 0), (_state.Etag, _state.RecordExists, _state.State, _row.Reads));
    }

    [Fact]
    public async Task Read_ShowsTheRowOrThatThereIsNone()
    {
        await _state.ReadStateAsync();
        Assert.Equal((null, false), (_state.Etag, _state.RecordExists));

        _row.Change(First);
        await _state.ReadStateAsync();
        Assert.Equal((First, true), (_state.State, _state.RecordExists));
        Assert.NotNull(_state.Etag);
    }

    [Fact]
    public async Task Write_StoresWhatWasAssigned()
    {
        await _state.ReadStateAsync();
        _state.State = First;
        await _state.WriteStateAsync();
        _state.State = Second;
        await _state.WriteStateAsync();

        Assert.Equal((Second, Second, true), (_row.Stored, _state.State, _state.RecordExists));
    }

    [Fact]
    public async Task Read_AfterAnAssignment_DropsIt()
    {
        _row.Change(First);
        await _state.ReadStateAsync();
        _state.State = Second;
        await _state.ReadStateAsync();

        Assert.Equal(First, _state.State);
    }

    [Fact]
    public async Task Write_WhenItFails_IsForgottenAndNotStoredByTheNextWrite()
    {
        _row.Change(First);
        await _state.ReadStateAsync();
        _row.BeforeWrite = static () => throw new TimeoutException();
        _state.State = new("never stored");
        await Assert.ThrowsAsync<TimeoutException>(_state.WriteStateAsync);
        Assert.Equal((null, false, null), (_state.Etag, _state.RecordExists, _state.State));

        _row.BeforeWrite = static () => { };
        await _state.ReadStateAsync();
        Assert.Equal(First, _state.State);
        _state.State = Second;
        await _state.WriteStateAsync();
        Assert.Equal(Second, _row.Stored);
    }

    [Fact]
    public async Task Write_WhenStoredWithoutAReply_IsNotShownBeforeTheNextRead()
    {
        _row.Change(First);
        await _state.ReadStateAsync();
        _row.AfterWrite = static () => throw new TimeoutException();
        _state.State = Second;
        await Assert.ThrowsAsync<TimeoutException>(_state.WriteStateAsync);
        Assert.Equal((null, false, null), (_state.Etag, _state.RecordExists, _state.State));

        await _state.ReadStateAsync();
        Assert.Equal(Second, _state.State);
    }

    [Fact]
    public async Task Read_WhenItFails_DropsWhatWasRead()
    {
        _row.Change(First);
        await _state.ReadStateAsync();
        _row.BeforeRead = static () => throw new TimeoutException();

        await Assert.ThrowsAsync<TimeoutException>(_state.ReadStateAsync);

        Assert.Equal((null, false, null), (_state.Etag, _state.RecordExists, _state.State));
    }

    [Fact]
    public async Task Clear_LeavesNothing()
    {
        _row.Change(First);
        await _state.ReadStateAsync();
        await _state.ClearStateAsync();

        Assert.Equal((null, false), (_row.Stored, _state.RecordExists));
    }

    [Fact]
    public async Task Clear_WhenItFails_ShowsNothingBeforeTheNextRead()
    {
        _row.Change(First);
        await _state.ReadStateAsync();
        _row.BeforeWrite = static () => throw new TimeoutException();

        await Assert.ThrowsAsync<TimeoutException>(_state.ClearStateAsync);

        Assert.Equal((null, false, null), (_state.Etag, _state.RecordExists, _state.State));
        await _state.ReadStateAsync();
        Assert.Equal(First, _state.State);
    }
}
