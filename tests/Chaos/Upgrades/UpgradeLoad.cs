using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Wingman.Chaos.Load;
using Wingman.Testing;
using Wingman.Testing.History;

namespace Wingman.Chaos.Upgrades;

/// <summary>Pairs of buddies who meet again and again, some of them watching. Each request must be answered as it is without an upgrade.</summary>
/// <param name="balancer">Sends each call to a host that is ready.</param>
/// <param name="tokens">Signs the users in.</param>
/// <param name="rate">Requests a second.</param>
internal sealed class UpgradeLoad(ReadyBalancer balancer, TestTokens tokens, double rate)
{
    private static readonly TimeSpan ReconnectDelay = TimeSpan.FromMilliseconds(500);

    private readonly Pacer _pacer = new(rate);
    private long _sent;
    private long _streams;

    /// <summary>What failed.</summary>
    public ConcurrentQueue<string> Failures { get; } = [];

    /// <summary>Sessions whose completion was answered.</summary>
    public ConcurrentDictionary<Guid, bool> Completed { get; } = [];

    /// <summary>How many requests were sent.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>How many live streams were opened.</summary>
    public long Streams => Volatile.Read(ref _streams);

    /// <summary>Two buddies who meet until asked to stop.</summary>
    public async Task MeetAsync(Pair pair, bool isWatched, CancellationToken stop)
    {
        var completions = 0L;
        while (!stop.IsCancellationRequested)
        {
            var created = await SendAsync(HttpMethod.Post, "/api/session/create", pair.User1, Wire.Schedule(pair));
            if (created.Status != 200) return;

            var session = created.Body.GetProperty("session_id").GetGuid();
            var shown = new TaskCompletionSource();
            var watching = isWatched ? WatchAsync(session, pair.User2, shown) : Task.CompletedTask;
            if (isWatched) await Task.WhenAny(shown.Task, watching);
            await SendAsync(HttpMethod.Get, $"/api/session/{session}", pair.User2, null);
            await SendAsync(HttpMethod.Post, "/api/session/confirm-completion", pair.User1, new { session_id = session });
            await SendAsync(HttpMethod.Post, "/api/session/confirm-completion", pair.User1, new { session_id = session });
            var completed = await SendAsync(HttpMethod.Post, "/api/session/confirm-completion", pair.User2, new { session_id = session });
            if (completed.Status == 200)
            {
                Completed[session] = true;
                completions++;
            }

            await ReadReputationAsync(pair.User2, completions);
            await watching;
        }
    }

    /// <summary>The reputation counts what the user has completed: at once, or within seconds if its grain could not be notified.</summary>
    private async Task ReadReputationAsync(Guid user, long completions)
    {
        var begun = RunClock.Now;
        while (await SendAsync(HttpMethod.Get, $"/api/user/reputation/{user}", user, null) is { Status: 200 } call)
        {
            var counted = call.Body.GetProperty("completed_sessions").GetInt64();
            if (counted >= completions) return;
            if (RunClock.Between(begun, RunClock.Now) > LoadContext.ReputationStaleness)
            {
                Failures.Enqueue($"I3: user {user} is shown {counted} completed sessions, and has {completions}");
                return;
            }
        }
    }

    private async Task<Call> SendAsync(HttpMethod method, string path, Guid user, object? body)
    {
        await _pacer.NextAsync(CancellationToken.None);
        Interlocked.Increment(ref _sent);
        var call = await balancer.CallAsync(method, path, user, body);
        if (call.Status != 200) Failures.Enqueue($"{call}");
        return call;
    }

    /// <summary>Watches a session until its completion has arrived, and reconnects if its host stops.</summary>
    private async Task WatchAsync(Guid session, Guid user, TaskCompletionSource shown)
    {
        var begun = RunClock.Now;
        string? lastEvent = null;
        while (RunClock.Between(begun, RunClock.Now) < UpgradeRun.Deadline)
        {
            try
            {
                await using var stream = await LiveClient.OpenAsync(balancer.AnyReady(), session, tokens.ForUser(user), lastEvent, comparesEvents: false);
                Interlocked.Increment(ref _streams);
                if (stream.Status != HttpStatusCode.OK)
                {
                    Failures.Enqueue($"the stream of session {session} was refused: {stream.Status}");
                    return;
                }

                while (true)
                {
                    var seen = await stream.NextAsync();
                    lastEvent = stream.LastEventId is { Length: > 0 } id ? id : lastEvent;
                    shown.TrySetResult();
                    if (seen.Status == "completed") return;
                }
            }
            catch (Exception gone) when (gone is ChannelClosedException or HttpRequestException or OperationCanceledException)
            {
                // The host stops, and the client reconnects.
                await Task.Delay(ReconnectDelay);
            }
            catch (TimeoutException)
            {
                break;
            }
        }

        Failures.Enqueue($"the stream of session {session} did not show its completion");
    }
}
