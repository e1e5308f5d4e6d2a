using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using Wingman.Matches;

namespace Wingman.Storage.Tests;

/// <summary>What one activation knows of its stored state. As in our grains, a write that fails changes nothing of it.</summary>
internal sealed class Cell<TState>(IGrainStorage storage, GrainId grain, string stateName)
    where TState : class, new()
{
    /// <summary>No outcome takes this long: a storage that forgets one fails its test here instead of stopping the run.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private GrainState<TState> _known = new(new TState());

    public GrainId Grain => grain;

    public TState State => _known.State!;

    public string? ETag => _known.ETag;

    public bool Exists => _known.RecordExists;

    /// <summary>Another activation of the same grain, on another storage or the same.</summary>
    public Cell<TState> Twin(IGrainStorage? other = null) =>
        new(other ?? storage, grain, stateName) { _known = new(State, ETag!) { RecordExists = Exists } };

    public async Task<Cell<TState>> ReadAsync()
    {
        var read = new GrainState<TState>();
        await storage.ReadStateAsync(stateName, grain, read).WaitAsync(Patience);
        _known = read;
        return this;
    }

    public async Task<Cell<TState>> WriteAsync(TState next)
    {
        var candidate = new GrainState<TState>(next, ETag!) { RecordExists = Exists };
        await storage.WriteStateAsync(stateName, grain, candidate).WaitAsync(Patience);
        _known = candidate;
        return this;
    }

    public async Task<Cell<TState>> ClearAsync()
    {
        var candidate = new GrainState<TState>(State, ETag!) { RecordExists = Exists };
        await storage.ClearStateAsync(stateName, grain, candidate).WaitAsync(Patience);
        _known = candidate;
        return this;
    }
}

/// <summary>Cells that hold a text, in a state that has no relational side under any name but its own.</summary>
internal static class TextCell
{
    public static Cell<MatchState> New(IGrainStorage storage, string stateName = "state") => Of(storage, NewGrain(), stateName);

    public static Cell<MatchState> Of(IGrainStorage storage, GrainId grain, string stateName = "state") => new(storage, grain, stateName);

    public static GrainId NewGrain() => GrainOf(Guid.NewGuid());

    public static GrainId GrainOf(Guid key) => GrainId.Create(GrainType.Create("test"), GrainIdKeyExtensions.CreateGuidKey(key));

    public static Task<Cell<MatchState>> WriteAsync(this Cell<MatchState> cell, string? text) =>
        cell.WriteAsync(new MatchState { LastScheduled = text is null ? null : new() { VenueName = text } });

    public static string? Text(this Cell<MatchState> cell) => cell.State.LastScheduled?.VenueName;
}

internal static class GrainKeys
{
    public static Guid GetGuidKey(this GrainId grain) => grain.TryGetGuidKey(out var key, out _) ? key : throw new ArgumentException("No UUID key.", nameof(grain));
}
