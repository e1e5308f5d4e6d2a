using Orleans.Storage;
using Wingman.State;

namespace Wingman.Grains.Tests.State;

/// <summary>The content of the row in these tests.</summary>
internal sealed record Note(string Text);

/// <summary>One row with a version, which other writers change too, and whose reads and writes fail where a test says so.</summary>
internal sealed class FakeRow : IGrainStorage
{
    private uint _version;
    private int _era;

    public Note? Stored { get; private set; }

    public int Reads { get; private set; }

    public int Writes { get; private set; }

    /// <summary>Runs before each read; may throw.</summary>
    public Action BeforeRead { get; set; } = static () => { };

    /// <summary>Runs after each read, before the reader gets the row.</summary>
    public Action AfterRead { get; set; } = static () => { };

    /// <summary>Runs before each write and each deletion by the grain; may throw, or change the row.</summary>
    public Action BeforeWrite { get; set; } = static () => { };

    /// <summary>Runs after each write was stored, before the writer gets its reply; may throw.</summary>
    public Action AfterWrite { get; set; } = static () => { };

    /// <summary>Another writer changes the row; null deletes it.</summary>
    public void Change(Note? note)
    {
        Stored = note;
        _version++;
    }

    /// <summary>Another server takes over, with the same row; it may have used the ids of transactions again.</summary>
    public void FailOver(Note? note)
    {
        _era++;
        Stored = note;
    }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Reads++;
        BeforeRead();
        var state = (IGrainState<Note>)grainState;
        (state.State, state.RecordExists, state.ETag) = (Stored!, Stored is not null, Stored is null ? null : Version);
        AfterRead();
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Writes++;
        BeforeWrite();
        var state = (IGrainState<Note>)grainState;
        if (state.ETag != (Stored is null ? null : Version)) throw new InconsistentStateException("The row has changed.");

        Change(state.State);
        AfterWrite();
        (state.RecordExists, state.ETag) = (true, Version);
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        BeforeWrite();
        Change(null);
        (grainState.RecordExists, grainState.ETag) = (false, null);
        return Task.CompletedTask;
    }

    private string Version => new RowVersion(_era, _version).ToString();
}
