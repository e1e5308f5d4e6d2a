using Orleans.Runtime;
using Orleans.Storage;

namespace Wingman.StorageVariants;

/// <summary>
/// A storage whose unknown states are adopted from the product's rows, as the service's own does: without it the other
/// storages would know none of the seeded sessions.
/// </summary>
/// <param name="states">Where states are written to and first looked for.</param>
/// <param name="adopting">The service's own storage, only read from.</param>
internal sealed class AdoptingStorage(IGrainStorage states, IGrainStorage adopting) : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle observer)
    {
        (states as ILifecycleParticipant<ISiloLifecycle>)?.Participate(observer);
        (adopting as ILifecycleParticipant<ISiloLifecycle>)?.Participate(observer);
    }

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await states.ReadStateAsync(stateName, grainId, grainState);
        if (grainState.ETag is not null) return;

        await adopting.ReadStateAsync(stateName, grainId, grainState);
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        states.WriteStateAsync(stateName, grainId, grainState);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        states.ClearStateAsync(stateName, grainId, grainState);
}
