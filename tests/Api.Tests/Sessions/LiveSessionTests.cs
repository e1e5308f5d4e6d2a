using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Wingman.Calls;
using Wingman.Sessions;
using Wingman.Testing;

namespace Wingman.Api.Tests.Sessions;

/// <summary>What a session's streams show when a silo is lost, and after the database has failed over.</summary>
public sealed class LiveSessionTests : IDisposable
{
    private static readonly SessionId Session = new(Guid.NewGuid());
    private static readonly UserId Alice = new(Guid.NewGuid());
    private static readonly UserId Ben = new(Guid.NewGuid());

    private readonly FakeTimeProvider _time = new();
    private readonly LostSilos _lostSilos;
    private readonly StubGrain _grain = new();
    private readonly LineLogger _log = new();
    private readonly LiveSessions _live;

    public LiveSessionTests()
    {
        _lostSilos = new LostSilos(_time);
        var factory = DispatchProxy.Create<IGrainFactory, FactoryProxy>();
        ((FactoryProxy)(object)factory).Grain = _grain;
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        var calls = new GrainCalls(factory, new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance), _time, meters, _lostSilos);
        _live = new LiveSessions(factory, calls, Options.Create(new LiveOptions()), meters, _log);
    }

    public void Dispose() => _lostSilos.Dispose();

    [Fact]
    public async Task Subscription_ThatIsLostWithASilo_IsMadeAgain()
    {
        var taken = new TaskCompletionSource<string?>();
        _grain.Watch = call => call == 1 ? taken.Task : Task.FromResult<string?>("7");
        using var stream = _live.TryOpen(Session, Alice, out _)!;
        await Eventually.IsTrueAsync("the host subscribes", _ => Task.FromResult(_grain.Watches == 1));

        _lostSilos.NotifyGatewayCountChanged(currentNumberOfGateways: 2, previousNumberOfGateways: 3, connectionRecovered: false);
        _time.Advance(LostSilos.Grace);

        Assert.Equal("state", LiveEvents.Of(await stream.FirstAsync(Eventually.Deadline, TimeProvider.System, CancellationToken.None)).EventType);
    }

    [Fact]
    public async Task SameRow_UnderAnotherVersion_IsNoChange_AndIsReadOnce()
    {
        using var ofAlice = _live.TryOpen(Session, Alice, out _)!;
        await ofAlice.FirstAsync(Eventually.Deadline, TimeProvider.System, CancellationToken.None);
        var change = ofAlice.FirstAsync(TimeSpan.FromHours(1), TimeProvider.System, CancellationToken.None);

        _grain.RowVersion = "1|7";
        using var ofBen = _live.TryOpen(Session, Ben, out _)!;
        await ofBen.FirstAsync(Eventually.Deadline, TimeProvider.System, CancellationToken.None);
        await RenewAsync(2);

        Assert.False(change.IsCompleted, "a change was shown");
        Assert.Equal(2, _grain.Reads);
    }

    [Fact]
    public async Task Change_IsShown()
    {
        using var stream = _live.TryOpen(Session, Alice, out _)!;
        await stream.FirstAsync(Eventually.Deadline, TimeProvider.System, CancellationToken.None);

        _grain.RowVersion = "8";
        _grain.Notes = "at the door";
        _grain.Watch = _ => Task.FromResult<string?>("8");
        await _live.ChangedAsync(Session);

        Assert.Equal("changed", LiveEvents.Of(await stream.FirstAsync(Eventually.Deadline, TimeProvider.System, CancellationToken.None)).EventType);
    }

    [Fact]
    public async Task Reads_ThatFail_AreReportedOnce_UntilOneSucceeds()
    {
        var isDown = true;
        _grain.Watch = _ => isDown ? throw new TimeoutException("planted") : Task.FromResult<string?>("7");
        using var stream = _live.TryOpen(Session, Alice, out _)!;
        await RenewAsync(4);
        isDown = false;
        await _live.ChangedAsync(Session);
        await stream.FirstAsync(Eventually.Deadline, TimeProvider.System, CancellationToken.None);
        isDown = true;

        await RenewAsync(4);

        var reports = _log.Lines.Where(static line => line.Level >= LogLevel.Information && line.Text.StartsWith("Session ", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, reports.Length);
        Assert.All(reports, static line => Assert.EndsWith(": planted", line.Text, StringComparison.Ordinal));
        Assert.All(reports, static line => Assert.Null(line.Exception));
    }

    [Theory]
    [InlineData(0, 3000)]
    [InlineData(1, 500)]
    [InlineData(2, 1000)]
    [InlineData(10, 1000)]
    [InlineData(11, 2000)]
    [InlineData(12, 4000)]
    [InlineData(13, 5000)]
    [InlineData(1_000_000, 5000)]
    public void Pause_IsShortUntilATakeOver_ThenDoublesWithEachFailure(int failures, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), LiveSession.PauseAfter(failures));

    [Fact]
    public void Change_WaitsForTheReputationsForLessThanASecond() => Assert.True(LiveSession.ReputationTime < TimeSpan.FromSeconds(1));

    [Fact]
    public async Task Client_WhoLeavesBeforeTheFirstEvent_IsNotWaitedFor()
    {
        var never = new TaskCompletionSource<string?>();
        _grain.Watch = _ => never.Task;
        using var stream = _live.TryOpen(Session, Alice, out _)!;
        using var left = new CancellationTokenSource();
        var first = stream.FirstAsync(TimeSpan.FromHours(1), TimeProvider.System, left.Token);

        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(Eventually.Deadline));
        never.SetResult(null);
    }

    private async Task RenewAsync(int times)
    {
        var before = _grain.Watches;
        await Eventually.IsTrueAsync("the host renews its subscription", async _ =>
        {
            await _live.ChangedAsync(Session);
            return _grain.Watches >= before + times;
        });
    }

    /// <summary>The session's grain, and no other.</summary>
    public class FactoryProxy : DispatchProxy
    {
        internal StubGrain Grain { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == nameof(IGrainFactory.CreateObjectReference)) return args![0];
            // Orleans asks by type or, once a real cluster has run in this process, by the type names that it has learned.
            var isSession = args![0] is GrainId id ? id.Type.ToString() == "session" : targetMethod.GetGenericArguments() is [var type] && type == typeof(ILiveSessionGrain);
            return isSession ? Grain : throw new NotSupportedException("The reputations are left out.");
        }
    }

    internal sealed class StubGrain : ILiveSessionGrain
    {
        private int _watches;
        private int _reads;

        public int Watches => Volatile.Read(ref _watches);

        public int Reads => Volatile.Read(ref _reads);

        public Func<int, Task<string?>> Watch { get; set; } = _ => Task.FromResult<string?>("7");

        public string RowVersion { get; set; } = "7";

        public string? Notes { get; set; }

        public Task<string?> WatchAsync(ISessionObserver observer) => Watch(Interlocked.Increment(ref _watches));

        public Task UnwatchAsync(ISessionObserver observer) => Task.CompletedTask;

        public Task RefreshAsync() => throw new NotSupportedException();

        public Task<LiveSessionDetails?> GetDetailsAsync()
        {
            Interlocked.Increment(ref _reads);
            var snapshot = new SessionSnapshot(Session, new MatchId(Guid.Empty), Alice, Ben, SessionStatus.Scheduled, false, false, null, null);
            var details = new SessionDetails(snapshot, "Café", Notes, new ParticipantDetails("Alice", null), new ParticipantDetails("Ben", null));
            return Task.FromResult<LiveSessionDetails?>(new(details, RowVersion, LogSnapshot.Parse("1:1:", CultureInfo.InvariantCulture)));
        }

        public Task<IReadOnlyList<LoggedChange>> GetLoggedAsync(LogSnapshot after, LogSnapshot until, int limit) => throw new NotSupportedException();
    }

    private sealed class LineLogger : ILogger<LiveSessions>
    {
        public ConcurrentQueue<(LogLevel Level, string Text, Exception? Exception)> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue((logLevel, formatter(state, exception), exception));
    }
}
