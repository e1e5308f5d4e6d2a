using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using Wingman.Events;
using Wingman.Operators;
using Wingman.Reputation;
using Wingman.Sessions;
using Wingman.State;

namespace Wingman.Grains.Tests.Faults;

/// <summary>Puts the points of a plan around what is registered: both storages, the views of the database, the calls.</summary>
internal static class FaultyServices
{
    public static void AddFaults(this IServiceCollection services, FaultPlan plan)
    {
        foreach (var name in new[] { StorageNames.Rows, StorageNames.Stock })
        {
            var storage = services.Last(service => service.ServiceType == typeof(IGrainStorage) && name.Equals(service.ServiceKey));
            services.AddKeyedSingleton<IGrainStorage>(
                name, (provider, key) => new FaultyStorage((IGrainStorage)storage.KeyedImplementationFactory!(provider, key), plan));
        }

        Decorate<IReputationTable>(services, inner => new FaultyReputationTable(inner, plan));
        Decorate<IEventLog>(services, inner => new FaultyEventLog(inner, plan));
        services.AddSingleton<IOutgoingGrainCallFilter>(new FaultyCalls(plan));
        services.AddSingleton<IIncomingGrainCallFilter>(new FaultyCalls(plan));
    }

    private static void Decorate<T>(IServiceCollection services, Func<T, T> decorate)
        where T : class
    {
        var inner = services.Last(service => service.ServiceType == typeof(T));
        services.AddSingleton(provider => decorate((T)inner.ImplementationFactory!(provider)));
    }
}

/// <inheritdoc/>
internal sealed class FaultyStorage(IGrainStorage inner, FaultPlan plan) : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        plan.AroundAsync(FaultPoint.Read(stateName), grainId.GetGuidKey(), () => inner.ReadStateAsync(stateName, grainId, grainState));

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        plan.AroundAsync(FaultPoint.Write(stateName), grainId.GetGuidKey(), () => inner.WriteStateAsync(stateName, grainId, grainState));

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        inner.ClearStateAsync(stateName, grainId, grainState);

    public void Participate(ISiloLifecycle lifecycle) => (inner as ILifecycleParticipant<ISiloLifecycle>)?.Participate(lifecycle);
}

/// <inheritdoc/>
internal sealed class FaultyReputationTable(IReputationTable inner, FaultPlan plan) : IReputationTable
{
    public Task<CreditCounts> CountAsync(UserId user) => plan.AroundAsync(FaultPoint.Count, user.Value, () => inner.CountAsync(user));

    public Task<CreditPage> ReadHistoryAsync(UserId user, CreditCursor? after, int limit) => inner.ReadHistoryAsync(user, after, limit);
}

/// <inheritdoc/>
internal sealed class FaultyEventLog(IEventLog inner, FaultPlan plan) : IEventLog
{
    public Task AppendAsync(SessionId? session, LogEntry entry, string? detail) =>
        plan.AroundAsync(FaultPoint.Append, session?.Value ?? entry.Actor?.Value ?? Guid.Empty, () => inner.AppendAsync(session, entry, detail));

    public async Task<bool> AppendForeignChangeAsync(SessionId session, LogEntry entry, string detail, RowVersion? read)
    {
        var isAppended = false;
        await plan.AroundAsync(
            FaultPoint.Append, session.Value, async () => isAppended = await inner.AppendForeignChangeAsync(session, entry, detail, read));
        return isAppended;
    }

    public Task<(long Lines, ErasurePosition? Next)> EraseAsync(UserId user, OperatorAct act, DateTimeOffset at, ErasurePosition? after) =>
        plan.AroundAsync(FaultPoint.Append, user.Value, () => inner.EraseAsync(user, act, at, after));
}

/// <summary>The points around a session's notification of a reputation, and around the confirmation itself.</summary>
internal sealed class FaultyCalls(FaultPlan plan) : IOutgoingGrainCallFilter, IIncomingGrainCallFilter
{
    public Task Invoke(IOutgoingGrainCallContext context) =>
        context.MethodName == nameof(IUserReputationGrain.InvalidateAsync)
            ? plan.AroundAsync(FaultPoint.Notify, context.TargetId.GetGuidKey(), context.Invoke)
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
            // Unlike the other failures this one is not thrown inside a grain, which would translate it for its caller.
            throw new StorageException(StorageFailure.Failed, lost.Message);
        }
    }
}
