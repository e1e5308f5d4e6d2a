using System.Collections.Frozen;
using System.Diagnostics;
using Orleans.Runtime;
using Wingman.Reputation;
using Wingman.Sessions;

namespace Wingman.Silo.Hosting;

/// <summary>
/// Passes a request's trace on to the grains that it calls, by Orleans' own filters, which make a span and a copy of the request's
/// context for every call. For the calls that are made most, they are used only if the trace is recorded, as one in a hundred is:
/// otherwise they would cost a confirmation a fifth of its CPU time.
/// </summary>
internal static class TracePropagation
{
    /// <summary>Calls that log nothing by default, so that no line of the log lacks the trace's id because of them.</summary>
    private static readonly FrozenSet<string> Frequent =
        FrozenSet.Create(StringComparer.Ordinal, nameof(ISessionGrain.ConfirmCompletionAsync), nameof(ISessionGrain.GetAsync), nameof(IUserReputationGrain.GetAsync));

    /// <summary>Adds it to a silo.</summary>
    public static void AddTracePropagation(this ISiloBuilder silo)
    {
        silo.AddActivityPropagation();
        Wrap<IOutgoingGrainCallFilter>(silo.Services, static orleans => new Outgoing(orleans));
        Wrap<IIncomingGrainCallFilter>(silo.Services, static orleans => new Incoming(orleans));
    }

    /// <summary>Adds it to a client, which calls grains and is called by none.</summary>
    public static void AddTracePropagation(this IClientBuilder client)
    {
        client.AddActivityPropagation();
        Wrap<IOutgoingGrainCallFilter>(client.Services, static orleans => new Outgoing(orleans));
    }

    // Orleans' filters are internal, so they are found by their registration.
    private static void Wrap<TFilter>(IServiceCollection services, Func<TFilter, TFilter> wrap) where TFilter : class
    {
        var registered = services.Single(static service => service.ServiceType == typeof(TFilter)
            && service.ImplementationType is { } type && type.Name.StartsWith("ActivityPropagation", StringComparison.Ordinal));
        services.Remove(registered);
        services.AddSingleton(provider => wrap((TFilter)ActivatorUtilities.CreateInstance(provider, registered.ImplementationType!)));
    }

    private sealed class Outgoing(IOutgoingGrainCallFilter orleans) : IOutgoingGrainCallFilter
    {
        public Task Invoke(IOutgoingGrainCallContext context)
        {
            var isPassedOn = Activity.Current is { } caller && (caller.Recorded || !Frequent.Contains(context.MethodName));
            return isPassedOn ? orleans.Invoke(context) : context.Invoke();
        }
    }

    private sealed class Incoming(IIncomingGrainCallFilter orleans) : IIncomingGrainCallFilter
    {
        // Without a trace that was passed on, Orleans' filter would begin a new one.
        public Task Invoke(IIncomingGrainCallContext context) => RequestContext.Get("traceparent") is null ? context.Invoke() : orleans.Invoke(context);
    }
}
