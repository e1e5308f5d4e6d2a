using Orleans.Storage;

namespace Wingman.StorageVariants;

/// <summary>
/// A storage that begins with the product's rows: a state that it does not have is read once from its row. From the first write
/// on it stores the state itself, and the row does not change any more.
/// </summary>
/// <param name="states">The storage that states are written to and read from first.</param>
/// <param name="rows">The service's own storage, which is only read.</param>
internal sealed class SeededStorage(IGrainStorage states, IGrainStorage rows) : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    /// <summary>The version of what was read from a row. Without one the grain would read again before each decision.</summary>
    private const string OfRow = "row";

    public void Participate(ISiloLifecycle observer) => (states as ILifecycleParticipant<ISiloLifecycle>)?.Participate(observer);

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await states.ReadStateAsync(stateName, grainId, grainState);
        if (grainState.RecordExists) return;

        await rows.ReadStateAsync(stateName, grainId, grainState);
        if (grainState.RecordExists) grainState.ETag = OfRow;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (grainState.ETag == OfRow) grainState.ETag = null;
        await states.WriteStateAsync(stateName, grainId, grainState);
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        states.ClearStateAsync(stateName, grainId, grainState);
}
