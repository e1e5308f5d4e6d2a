using System.Collections.Concurrent;
using System.Globalization;
using Orleans.Storage;

namespace Wingman.StorageVariants;

/// <summary>Keeps states in this process, with the version check that grains need: shows the service's speed if storing cost nothing.</summary>
internal sealed class MemoryStorage : IGrainStorage
{
    private readonly ConcurrentDictionary<(string State, GrainId Grain), Stored> _states = new();

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (_states.TryGetValue((stateName, grainId), out var stored))
        {
            grainState.State = (T)stored.State;
            grainState.ETag = stored.ETag;
            grainState.RecordExists = true;
        }

        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = (stateName, grainId);
        var next = new Stored(grainState.State!, (grainState.ETag is { } known ? int.Parse(known, CultureInfo.InvariantCulture) + 1 : 1).ToString(CultureInfo.InvariantCulture));
        var isStored = grainState.ETag is null
            ? _states.TryAdd(key, next)
            : _states.TryGetValue(key, out var stored) && stored.ETag == grainState.ETag && _states.TryUpdate(key, next, stored);
        if (!isStored) throw new InconsistentStateException($"The state '{stateName}' of {grainId} was stored by another activation first.");

        grainState.ETag = next.ETag;
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        throw new NotSupportedException("No grain of the service clears its state.");

    private sealed record Stored(object State, string ETag);
}
