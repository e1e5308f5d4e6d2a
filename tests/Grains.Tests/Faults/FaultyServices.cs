using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Storage;
using Wingman.Reputation;
using Wingman.Sessions;
using Wingman.State;

namespace Wingman.Grains.Tests.Faults;

/// <summary>Puts the points of a plan around what the product registered: its storage, its views of the database, its calls.</summary>
internal static class FaultyServices
{
    public static void AddFaults(this IServiceCollection services, FaultPlan plan)
    {
        var storage = services.Last(service => service.ServiceType == typeof(IGrainStorage) && StorageNames.Provider.Equals(service.ServiceKey));
        services.AddKeyedSingleton<IGrainStorage>(
            StorageNames.Provider, (provider, key) => new FaultyStorage((IGrainStorage)storage.KeyedImplementationFactory!(provider, key), plan));
        Decorate<ISessionTable>(services, inner => new FaultySessionTable(inner, plan));
        Decorate<IReputationLedger>(services, inner => new FaultyLedger(inner, plan));
        services.AddSingleton<IOutgoingGrainCallFilter>(new FaultyCalls(plan));
        services.AddSingleton<IIncomingGrainCallFilter>(new FaultyCalls(plan));
    }

    private static void Decorate<T>(IServiceCollection services, Func<T, T> decorate)
        where T : class
    {
        var product = services.Last(service => service.ServiceType == typeof(T));
        services.AddSingleton(provider => decorate((T)ActivatorUtilities.CreateInstance(provider, product.ImplementationType!)));
    }
}

/// <inheritdoc/>
internal sealed class FaultyStorage(IGrainStorage inner, FaultPlan plan) : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>, IAsyncDisposable
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        plan.AroundAsync(FaultPoint.Read(stateName), grainId.GetGuidKey(), () => inner.ReadStateAsync(stateName, grainId, grainState));

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        plan.AroundAsync(FaultPoint.Write(stateName), grainId.GetGuidKey(), () => inner.WriteStateAsync(stateName, grainId, grainState));

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        inner.ClearStateAsync(stateName, grainId, grainState);

    public void Participate(ISiloLifecycle lifecycle) => ((ILifecycleParticipant<ISiloLifecycle>)inner).Participate(lifecycle);

    public ValueTask DisposeAsync() => ((IAsyncDisposable)inner).DisposeAsync();
}

/// <inheritdoc/>
internal sealed class FaultySessionTable(ISessionTable inner, FaultPlan plan) : ISessionTable
{
    public Task<SessionDetails?> FindAsync(SessionId session) => inner.FindAsync(session);

    public Task<bool> HasActiveAsync(MatchId match) =>
        plan.AroundAsync(FaultPoint.ActiveLook, match.Value, () => inner.HasActiveAsync(match));

    public Task<IReadOnlyList<OverdueSession>> FindOverdueAsync(DateTimeOffset scheduledBefore, OverdueSession? after, int limit) =>
        inner.FindOverdueAsync(scheduledBefore, after, limit);
}

/// <inheritdoc/>
internal sealed class FaultyLedger(IReputationLedger inner, FaultPlan plan) : IReputationLedger
{
    public Task<CreditCounts> FoldAsync(UserId user) => plan.AroundAsync(FaultPoint.Fold, user.Value, () => inner.FoldAsync(user));

    public Task<(CreditCounts Brought, CreditCounts Folded)> FoldWithBroughtAsync(UserId user) =>
        plan.AroundAsync(FaultPoint.Fold, user.Value, () => inner.FoldWithBroughtAsync(user));

    public Task<CreditPage> ReadPageAsync(UserId user, CreditCursor? after, int limit) => inner.ReadPageAsync(user, after, limit);
}

/// <summary>The points around a session's word to a reputation, and around the confirmation itself.</summary>
internal sealed class FaultyCalls(FaultPlan plan) : IOutgoingGrainCallFilter, IIncomingGrainCallFilter
{
    public Task Invoke(IOutgoingGrainCallContext context) =>
        context.MethodName == nameof(IUserReputationGrain.CreditedAsync)
            ? plan.AroundAsync(FaultPoint.Telling, context.TargetId.GetGuidKey(), context.Invoke)
            : context.Invoke();

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.MethodName != nameof(ISessionGrain.ConfirmCompletionAsync))
        {
            await context.Invoke();
            return;
        }

        try
        {
            await plan.AroundAsync(FaultPoint.Confirm, context.TargetId.GetGuidKey(), context.Invoke);
        }
        catch (InjectedFaultException lost)
        {
            // Unlike all others this one meets no grain that would translate it for the wire.
            throw new StorageFailedException(lost.Message);
        }
    }
}
