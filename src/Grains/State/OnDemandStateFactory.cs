using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace Wingman.State;

/// <summary>Gives the <see cref="PersistentStateAttribute"/> parameters of grains an <see cref="OnDemandState{TState}"/>.</summary>
internal sealed class OnDemandStateFactory : IPersistentStateFactory
{
    /// <inheritdoc/>
    public IPersistentState<TState> Create<TState>(IGrainContext context, IPersistentStateConfiguration config) =>
        new OnDemandState<TState>(
            config.StateName, context, context.ActivationServices.GetRequiredKeyedService<IGrainStorage>(config.StorageName));
}
