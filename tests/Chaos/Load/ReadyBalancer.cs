using System.Net;
using Wingman.Testing;

namespace Wingman.Chaos.Load;

/// <summary>
/// Works as a load balancer does: it checks each host's readiness, sends calls to those that are ready, and uses another host if
/// a connection fails. It does not retry a call that was sent.
/// </summary>
internal sealed class ReadyBalancer : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly LoadClient _client;
    private readonly IReadOnlyList<(ServiceProcess Process, EntryHost Entry)> _hosts;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;
    private EntryHost[] _ready;

    public ReadyBalancer(IReadOnlyList<ServiceProcess> hosts, TestTokens tokens, Action<GivenAnswer>? answered = null)
    {
        _hosts = [.. hosts.Select(static host => (host, new EntryHost(host.Name, host.Address)))];
        _ready = [.. _hosts.Select(static host => host.Entry)];
        _client = new(new([.. _ready]), tokens, static _ => { }, answered);
        _watching = Task.WhenAll(_hosts.Select(host => WatchAsync(host.Process, host.Entry)));
    }

    /// <summary>Whether calls are sent to the host.</summary>
    public bool Uses(ServiceProcess host) => Array.Exists(Volatile.Read(ref _ready), entry => entry.Name == host.Name);

    /// <summary>Sends a call to a host that is ready.</summary>
    public async Task<Call> CallAsync(HttpMethod method, string path, Guid user, object? body)
    {
        Call? call = null;
        var ready = (EntryHost[])Volatile.Read(ref _ready).Clone();
        Random.Shared.Shuffle(ready);
        foreach (var host in ready)
        {
            call = await _client.CallAtAsync(host, method, path, user, body, CancellationToken.None);
            if (call.Outcome != CallOutcome.NotSent) return call;
        }

        return call ?? throw new InvalidOperationException("No host is ready.");
    }

    /// <summary>A host that is ready, for what is not a single call, such as a stream.</summary>
    public Uri AnyReady()
    {
        var ready = Volatile.Read(ref _ready);
        return ready.Length > 0 ? ready[Random.Shared.Next(ready.Length)].Address : throw new InvalidOperationException("No host is ready.");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task WatchAsync(ServiceProcess process, EntryHost entry)
    {
        while (!_stop.IsCancellationRequested)
        {
            EntryHost[] its = await LookAsync(process) ? [entry] : [];
            lock (_gate)
                _ready = [.. _ready.Where(host => host != entry), .. its];
            await Task.Delay(Interval, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> LookAsync(ServiceProcess process)
    {
        try
        {
            return await process.HealthAsync("ready", _stop.Token) == HttpStatusCode.OK;
        }
        catch (OperationCanceledException)
        {
            // No answer in time.
            return false;
        }
    }
}
