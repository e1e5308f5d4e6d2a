using Orleans.Runtime;
using Orleans.Storage;

namespace Wingman.StorageVariants;

/// <summary>
/// A storage that begins with the product's rows: a state that it does not know is read once from there. From the first write
/// on, the state is its own, and the row is left as it was.
/// </summary>
/// <param name="states">Where states are written to and first looked for.</param>
/// <param name="rows">The service's own storage, only read from.</param>
internal sealed class SeededStorage(IGrainStorage states, IGrainStorage rows) : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    /// <summary>The version of what was read from a row. The grain must see one, or it would read again before each decision.</summary>
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
