using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Runtime.Messaging;
using Wingman.Api.Tests.Host;
using Wingman.Calls;

namespace Wingman.Api.Tests.Wire;

public sealed class GrainCallsTests
{
    private readonly HurriedTime _time = new();
    private readonly ApplicationLifetime _lifetime = new(NullLogger<ApplicationLifetime>.Instance);
    private readonly GrainCalls _calls;
    private readonly IMeterFactory _meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
    private int _attempts;

    public GrainCallsTests()
    {
        _calls = new GrainCalls(new StubGrains().Factory, _lifetime, _time, _meters);
        _lifetime.NotifyStarted();
    }

    [Fact]
    public async Task Idempotent_TriesFiveTimes_AndPausesLongerAfterTheFirstRetry()
    {
        await Assert.ThrowsAsync<SiloUnavailableException>(() => CallAsync(_ => throw new SiloUnavailableException("gone")));

        Assert.Equal(5, _attempts);
        Assert.Equal(4, _time.Pauses.Count);
        Assert.InRange(_time.Pauses[0], TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(100));
        Assert.All(_time.Pauses.Skip(1), static pause => Assert.InRange(pause, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task Idempotent_AfterTheDeadline_TriesNoMore()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => CallAsync(_ =>
        {
            _time.Pass(GrainCalls.Deadline);
            throw new TimeoutException("hung");
        }));

        Assert.Equal(1, _attempts);
    }

    [Fact]
    public async Task Idempotent_WaitsForALaterAttemptOnlyUntilTheDeadline()
    {
        var never = new TaskCompletionSource<int>();

        await Assert.ThrowsAsync<TimeoutException>(() => CallAsync(attempt => attempt == 1 ? throw new SiloUnavailableException("gone") : never.Task));

        Assert.Equal(2, _attempts);
        Assert.Equal(GrainCalls.Deadline, _time.Pauses.Aggregate(TimeSpan.Zero, (sum, pause) => sum + pause));
    }

    [Theory]
    [InlineData(typeof(SiloUnavailableException), true)]
    [InlineData(typeof(TimeoutException), true)]
    [InlineData(typeof(OrleansMessageRejectionException), false)]
    public async Task Idempotent_RemembersWhetherItMayHaveRunBefore(Type failure, bool mayHaveRun)
    {
        var answer = await CallAsync(attempt => attempt == 1 ? throw Create(failure) : Task.FromResult(7));

        Assert.Equal(new GrainAnswer<int>(7, mayHaveRun), answer);
    }

    [Theory]
    [InlineData(StorageFailure.Failed, 1)]
    [InlineData(StorageFailure.Unavailable, 1)]
    [InlineData(StorageFailure.Overloaded, 1)]
    [InlineData(StorageFailure.Refused, 1)]
    [InlineData(StorageFailure.Conflict, 3)]
    public async Task StorageFailure_IsTriedAgainOnlyWhereNothingWasStored_AndARetryHelps(StorageFailure failure, int attempts)
    {
        await Assert.ThrowsAsync<StorageException>(() =>
            _calls.IdempotentAsync(0, (_, _) => Attempt(_ => throw new StorageException(failure, "test"))));

        Assert.Equal(attempts, _attempts);
    }

    [Fact]
    public async Task Call_BeforeTheHostHasStarted_ReachesNoGrain()
    {
        var starting = new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance);
        var calls = new GrainCalls(new StubGrains().Factory, starting, _time, _meters);

        await Assert.ThrowsAsync<ConnectionFailedException>(() => calls.IdempotentAsync(0, (_, _) => Attempt(_ => Task.FromResult(1))));

        Assert.Equal(0, _attempts);
    }

    [Fact]
    public async Task Call_WhileTheHostStarts_ReachesItsGrainAfterTheStart()
    {
        var starting = new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance);
        var calls = new GrainCalls(new StubGrains().Factory, starting, new StoppedTime(), _meters);

        var call = calls.IdempotentAsync(0, (_, _) => Attempt(_ => Task.FromResult(1)));
        Assert.False(call.IsCompleted, "it did not wait for the start");
        starting.NotifyStarted();

        Assert.Equal(1, (await call).Value);
        Assert.Equal(1, _attempts);
    }

    private static Exception Create(Type failure) => Failure.Of(failure, "test");

    private Task<GrainAnswer<int>> CallAsync(Func<int, Task<int>> call) => _calls.IdempotentAsync(0, (_, _) => Attempt(call));

    private Task<int> Attempt(Func<int, Task<int>> call) => call(++_attempts);

    /// <summary>A clock whose waits never end by themselves.</summary>
    private sealed class StoppedTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A clock whose waits end at once, and which then shows the time after the wait.</summary>
    private sealed class HurriedTime : TimeProvider
    {
        private long _now;

        public List<TimeSpan> Pauses { get; } = [];

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Pass(TimeSpan time) => _now += time.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Pauses.Add(dueTime);
            Pass(dueTime);
            return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
