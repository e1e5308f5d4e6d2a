using System.Net;
using System.Net.Sockets;
using Wingman.Chaos.Load;

namespace Wingman.SystemTests.Checkers;

/// <summary>A client of a run that does not judge speed is patient with each host, except with one that a fault suspends.</summary>
public sealed class CallLimitTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task CallOfASuspendedHost_IsGivenUpAtTheDeadline()
    {
        // Nobody accepts its connections, so it answers no call.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{silent.LocalEndpoint}/"));

        var (call, _) = await Call.SendAsync(
            http, request, "/", "host", new(Deadline, Patience, static host => host == "host"), answered: null, CancellationToken.None);

        Assert.Equal(CallOutcome.Lost, call.Outcome);
        Assert.InRange(call.Took, TimeSpan.Zero, Patience);
    }

    [Fact]
    public async Task CallOfAHost_ThatIsSuspendedAfterTheDeadline_IsGivenUpThen()
    {
        using var call = new CancellationTokenSource();
        var asked = 0;

        await new CallLimit(Deadline, Patience, _ => ++asked == 3).WatchAsync("host", call, CancellationToken.None);

        Assert.Equal(3, asked);
        Assert.True(call.IsCancellationRequested);
    }

    [Fact]
    public async Task CallOfAHostThatRuns_GoesOnUntilItIsAnswered()
    {
        using var call = new CancellationTokenSource();
        using var ended = new CancellationTokenSource();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var limit = new CallLimit(Deadline, Patience, _ =>
        {
            asked.TrySetResult();
            return false;
        });
        var watching = limit.WatchAsync("host", call, ended.Token);
        await asked.Task;

        await ended.CancelAsync();
        await watching;

        Assert.False(call.IsCancellationRequested);
    }

    [Fact]
    public async Task RunThatJudgesSpeed_WaitsForTheDeadlineAlone()
    {
        using var call = new CancellationTokenSource();
        var limit = new CallLimit(Deadline, TimeSpan.Zero, static _ => true);

        await limit.WatchAsync("host", call, CancellationToken.None);

        Assert.Equal(Deadline, limit.Longest);
        Assert.False(call.IsCancellationRequested);
    }
}
