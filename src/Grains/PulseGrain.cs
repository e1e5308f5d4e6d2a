using Orleans.Concurrency;

namespace Wingman;

/// <inheritdoc cref="IPulseGrain"/>
[StatelessWorker(1)]
internal sealed class PulseGrain : Grain, IPulseGrain
{
    public Task PingAsync() => Task.CompletedTask;
}
