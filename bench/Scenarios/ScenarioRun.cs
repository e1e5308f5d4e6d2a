using System.Diagnostics;
using Wingman.Bench.Calls;
using Wingman.Bench.Database;
using Wingman.Bench.LoadGenerator;
using Wingman.Bench.Report;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Scenarios;

/// <summary>One run of a scenario on one system: gives out sessions, makes load, and keeps what was acknowledged and measured.</summary>
internal sealed class ScenarioRun
{
    private static readonly TimeSpan RecoveryWindow = TimeSpan.FromSeconds(0.5);

    /// <summary>Longer than a host takes to find a change of which no grain has notified it.</summary>
    private static readonly TimeSpan ShownLimit = TimeSpan.FromSeconds(30);

    private readonly RunningSystem _system;
    private readonly BenchCluster _cluster;
    private readonly BenchDatabase _database;
    private readonly CallerHeaders _testHeaders;
    private CallerHeaders _callers;
    private readonly BenchProgress _progress;
    private readonly int[] _shuffledSessions;
    private readonly int[] _shuffledMatches;
    private readonly List<Measurement> _measurements = [];
    private int _sessionsTaken;
    private int _matchesTaken;

    /// <param name="identity">The run.</param>
    /// <param name="scale">The amounts of data and work.</param>
    /// <param name="shape">The content of the database.</param>
    /// <param name="system">The system that is measured.</param>
    /// <param name="cluster">The database server.</param>
    /// <param name="database">The run's database on it.</param>
    /// <param name="testHeaders">Callers who simply say who they are.</param>
    /// <param name="signedIn">Callers with tokens, who make the calls if they are given.</param>
    /// <param name="progress">Shows the progress.</param>
    public ScenarioRun(
        RunIdentity identity,
        BenchScale scale,
        DatabaseShape shape,
        RunningSystem system,
        BenchCluster cluster,
        BenchDatabase database,
        CallerHeaders testHeaders,
        CallerHeaders? signedIn,
        BenchProgress progress)
    {
        (Identity, Scale, Shape, _system, _cluster, _database, _progress) = (identity, scale, shape, system, cluster, database, progress);
        (_testHeaders, _callers) = (testHeaders, signedIn ?? testHeaders);
        Acknowledged = new Acknowledged(shape);
        // The same order for every system of a round. Shuffled, because neighbours in the table share users and pages.
        var random = new Random(identity.Round);
        _shuffledSessions = Shuffled(0, shape.Sessions);
        _shuffledMatches = Shuffled(shape.Sessions, shape.FreeMatches);

        int[] Shuffled(int first, int count)
        {
            int[] numbers = [.. Enumerable.Range(first, count)];
            random.Shuffle(numbers);
            return numbers;
        }
    }

    public RunIdentity Identity { get; }

    public BenchScale Scale { get; }

    public DatabaseShape Shape { get; }

    public Acknowledged Acknowledged { get; }

    /// <summary>The operators' port of the host that runs the grains.</summary>
    public Uri Operations => _system.Operations;

    public IReadOnlyList<Measurement> Measurements => _measurements;

    /// <summary>Sessions that were not used yet in this run.</summary>
    public int[] TakeSessions(int count) => Take(_shuffledSessions, count, ref _sessionsTaken);

    /// <summary>Matches without a session.</summary>
    public int[] TakeMatches(int count) => Take(_shuffledMatches, count, ref _matchesTaken);

    public Task<int[]> ConfirmAsync(int[] sessions, Confirmer confirmer, ConfirmAnswer answer, CancellationToken cancellation) =>
        ConfirmAsync(null, sessions, confirmer, answer, 64, cancellation);

    /// <summary>Confirms each session once, closed loop, and measures it if it has a name.</summary>
    /// <returns>The sessions that got their expected answer: all, unless the time of the phase ended before.</returns>
    public async Task<int[]> ConfirmAsync(
        string? measure, int[] sessions, Confirmer confirmer, ConfirmAnswer answer, int connections, CancellationToken cancellation)
    {
        var calls = new ConfirmCalls(Shape, _callers, sessions, confirmer, answer);
        var result = await LoadAsync(
            measure, calls, () => ClosedLoop.RunAsync(_system.Api, calls, connections, LimitOf(measure), cancellation), cancellation);
        return Acknowledge(calls, answer, result);
    }

    /// <summary>Confirms each session once, open loop, and measures it.</summary>
    public async Task ConfirmAtRateAsync(
        string measure, int[] sessions, Confirmer confirmer, ConfirmAnswer answer, int connections, double perSecond, CancellationToken cancellation)
    {
        var calls = new ConfirmCalls(Shape, _callers, sessions, confirmer, answer);
        var result = await LoadAsync(
            measure, calls, () => OpenLoop.RunAsync(_system.Api, calls, connections, perSecond, cancellation), cancellation);
        Acknowledge(calls, answer, result);
    }

    /// <summary>
    /// Confirms each session by one user and then by the other, open loop, while both watch it on live streams. The latencies are not those of
    /// the calls: each is the time from the sending of a confirmation until the stream of the user who did not confirm shows it.
    /// </summary>
    /// <param name="isMeasured">Whether it is measured, under the names of the events.</param>
    /// <param name="sessions">The sessions.</param>
    /// <param name="perSecond">How many confirmations arrive.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task ConfirmWatchedAsync(bool isMeasured, int[] sessions, double perSecond, CancellationToken cancellation)
    {
        const int Connections = 256;
        var first = new ConfirmCalls(Shape, _callers, sessions, Confirmer.First, ConfirmAnswer.Waiting);
        var second = new ConfirmCalls(Shape, _callers, sessions, Confirmer.Second, ConfirmAnswer.Completed);
        var (confirmed, completed) = (new WatchedCalls(first, LiveScenario.Confirmed), new WatchedCalls(second, LiveScenario.Completed));
        using var open = await OpenStreams.OpenAsync(
            _system.Api,
            [.. sessions.SelectMany(session => new[] { StreamOf(session, Shape.User1Of(session)), StreamOf(session, Shape.User2Of(session)) })],
            Show,
            cancellation);
        Acknowledge(first, ConfirmAnswer.Waiting, await PhaseAsync(confirmed));
        Acknowledge(second, ConfirmAnswer.Completed, await PhaseAsync(completed));
        open.ThrowIfEnded();

        void Show(int stream, string name)
        {
            confirmed.Show(stream / 2, stream % 2 == 0, name);
            completed.Show(stream / 2, stream % 2 == 0, name);
        }

        Task<LoadResult> PhaseAsync(WatchedCalls calls) => LoadAsync(isMeasured ? calls.Change : null, calls, () => ShownAsync(calls), cancellation);

        async Task<LoadResult> ShownAsync(WatchedCalls calls)
        {
            var result = await OpenLoop.RunAsync(_system.Api, calls, Connections, perSecond, cancellation);
            return result.Failures > 0 ? result : result with { Latencies = await calls.DelaysAsync(open, ShownLimit, cancellation) };
        }
    }

    /// <summary>Asks for more confirmations than can be served, and measures what was offered, what was served and what was refused.</summary>
    /// <param name="measure">The name of the phase.</param>
    /// <param name="sessions">More sessions than can be served and be in flight.</param>
    /// <param name="connections">At most how many calls are in flight.</param>
    /// <param name="perSecond">How many calls arrive.</param>
    /// <param name="time">For how long.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>How many were served.</returns>
    public async Task<int> OverloadAsync(
        string measure, int[] sessions, int connections, double perSecond, TimeSpan time, CancellationToken cancellation)
    {
        var each = new ConfirmCalls(Shape, _callers, sessions, Confirmer.First, ConfirmAnswer.Waiting);
        var calls = new OverloadCalls(each, (int)(perSecond * time.TotalSeconds));
        var result = await LoadAsync(
            measure, calls, () => OverloadLoop.RunAsync(_system.Api, calls, connections, perSecond, time, cancellation), cancellation);
        Record(measure + "-offered", result.PerSecond + result.OthersPerSecond, Measurement.PerSecond);
        if (result.Refused > 0) _measurements.Add(Measurement.OfRefusals(Identity, measure + "-refused", result));
        for (var index = 0; index < calls.Count; index++)
        {
            if (result.Answered[index]) Acknowledged.Confirm(each.SessionOf(calls.SessionOf(index)), each.IsByUser1(calls.SessionOf(index)));
        }

        return result.Count;
    }

    /// <summary>Confirms each session once, closed loop, right after an overload.</summary>
    /// <param name="measure">The name of the phase.</param>
    /// <param name="sessions">The sessions.</param>
    /// <param name="connections">How many calls are in flight.</param>
    /// <param name="limit">No call starts after this.</param>
    /// <param name="perSecond">The rate that is waited for.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>How many were confirmed, and after which time the rate was reached, to half a second; null if it never was.</returns>
    public async Task<(int Confirmed, TimeSpan? Recovery)> RecoverAsync(
        string measure, int[] sessions, int connections, TimeSpan limit, double perSecond, CancellationToken cancellation)
    {
        var ended = Stopwatch.GetTimestamp();
        var each = new ConfirmCalls(Shape, _callers, sessions, Confirmer.First, ConfirmAnswer.Waiting);
        var calls = new RefusableCalls(each);
        var result = await LoadAsync(measure, calls, () => ClosedLoop.RunAsync(_system.Api, calls, connections, limit, cancellation), cancellation);
        Acknowledge(each, ConfirmAnswer.Waiting, result);
        return (result.Count, result.TimeUntil(ended, perSecond, RecoveryWindow));
    }

    /// <summary>
    /// Confirms sessions, closed loop, while another transaction holds the rows of some others, whose users retry their confirmations
    /// until they are answered. Measures the former, and counts what both were answered.
    /// </summary>
    /// <param name="measure">The name of the phase.</param>
    /// <param name="sessions">Sessions that nobody has locked.</param>
    /// <param name="locked">Sessions that are locked.</param>
    /// <param name="connections">How many calls for the former are in flight.</param>
    /// <param name="held">How long the locks are held.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task ConfirmBesideLocksAsync(
        string measure, int[] sessions, int[] locked, int connections, TimeSpan held, CancellationToken cancellation)
    {
        var free = new ConfirmCalls(Shape, _callers, sessions, Confirmer.First, ConfirmAnswer.Waiting);
        var stuck = new ConfirmCalls(Shape, _callers, locked, Confirmer.First, ConfirmAnswer.Waiting);
        var calls = new RefusableCalls(free);
        Task<LoadResult> retrying;
        LoadResult result;
        await using (await HeldRows.LockAsync(_database, locked, cancellation))
        {
            var begun = TimeProvider.System.GetTimestamp();
            retrying = RetryLoop.RunAsync(_system.Api, new RefusableCalls(stuck), 2 * held, cancellation);
            result = await LoadAsync(measure, calls, () => ClosedLoop.RunAsync(_system.Api, calls, connections, held, cancellation), cancellation);
            // A fast machine has confirmed all sessions before.
            if (held - TimeProvider.System.GetElapsedTime(begun) is { Ticks: > 0 } rest) await Task.Delay(rest, cancellation);
        }

        var retried = await retrying;
        if (retried.Failures > 0 || retried.Count < locked.Length)
            throw new RunFailedException($"{retried.Count} of {locked.Length} locked sessions were confirmed in the end; {retried.Failures} calls failed, the first: {retried.FirstFailure}");

        Acknowledge(free, ConfirmAnswer.Waiting, result);
        Acknowledge(stuck, ConfirmAnswer.Waiting, retried);
        Record("unlocked-200", result.Count, "answers");
        Record("unlocked-503", result.Refused, "answers");
        Record("locked-200", retried.Count, "answers");
        Record("locked-503", retried.Refused, "answers");
    }

    /// <summary>CPU microseconds of the service per answered call of a phase.</summary>
    public double ServiceCostOf(string measure) => _measurements.Single(measurement => measurement.Measure == measure).Cpu!.Service;

    /// <summary>What was measured in this run.</summary>
    public double ValueOf(string measure) => _measurements.Single(measurement => measurement.Measure == measure).Value;

    public async Task ScheduleAsync(string? measure, int[] matches, int connections, CancellationToken cancellation)
    {
        var calls = new CreateCalls(Shape, _callers, matches, TimeProvider.System.GetUtcNow().AddDays(2));
        var result = await LoadAsync(
            measure, calls, () => ClosedLoop.RunAsync(_system.Api, calls, connections, LimitOf(measure), cancellation), cancellation);
        for (var index = 0; index < calls.Count; index++)
        {
            if (result.Answered[index]) Acknowledged.Schedule(calls.MatchOf(index));
        }
    }

    /// <summary>Makes calls that change nothing.</summary>
    public Task ReadAsync(string? measure, IWorkload calls, int connections, CancellationToken cancellation) =>
        LoadAsync(measure, calls, () => ClosedLoop.RunAsync(_system.Api, calls, connections, LimitOf(measure), cancellation), cancellation);

    /// <summary>Opens a live stream of each session, for the first user of its match.</summary>
    public Task<OpenStreams> OpenStreamsAsync(int[] sessions, CancellationToken cancellation) => OpenStreams.OpenAsync(
        _system.Api, [.. sessions.Select(session => StreamOf(session, Shape.User1Of(session)))], seen: null, cancellation);

    /// <summary>Lets callers simply say who they are, while the other callers have tokens.</summary>
    public async Task WithTestHeadersAsync(Func<Task> calls)
    {
        var callers = _callers;
        _callers = _testHeaders;
        await calls();
        _callers = callers;
    }

    /// <summary>Reads of reputations, each user about themselves.</summary>
    public IWorkload ReputationCalls(int[] users) => new ReputationCalls(_callers, users);

    /// <summary>Reads of random users' reputations.</summary>
    public IWorkload ReputationCalls(int count)
    {
        var random = new Random(Identity.Round);
        return new ReputationCalls(_callers, [.. Enumerable.Range(0, count).Select(_ => random.Next(Shape.Users))]);
    }

    public Task CheckpointAsync(CancellationToken cancellation) => _cluster.CheckpointAsync(cancellation);

    public Task<long> LogBytesAsync(CancellationToken cancellation) => _cluster.LogBytesAsync(cancellation);

    public Task SampleReputationsAsync(CancellationToken cancellation) =>
        ReputationSample.TakeAsync(_system.Api, _testHeaders, Acknowledged, cancellation);

    public TimeSpan Compiling() => ProcessCosts.Compiling(_system.ProcessIds);

    public long ResidentBytes() => ProcessCosts.ResidentBytes(_system.ProcessIds);

    /// <summary>CPU time that the system's processes have spent so far.</summary>
    public TimeSpan ServiceTime() => ProcessCosts.Read(_system.ProcessIds, _cluster.ServerProcessId).Service;

    public void Record(string measure, double value, string unit) =>
        _measurements.Add(new Measurement(Identity, measure, value, unit, Latency: null, Cpu: null));

    private async Task<LoadResult> LoadAsync(string? measure, IWorkload calls, Func<Task<LoadResult>> load, CancellationToken cancellation)
    {
        _progress.Phase(measure);
        var logBefore = await _cluster.LogBytesAsync(cancellation);
        var before = ProcessCosts.Read(_system.ProcessIds, _cluster.ServerProcessId);
        var result = await load();
        var costs = ProcessCosts.Read(_system.ProcessIds, _cluster.ServerProcessId).Since(before);
        var logBytes = await _cluster.LogBytesAsync(cancellation) - logBefore;
        cancellation.ThrowIfCancellationRequested();
        _system.ThrowIfEnded();
        if (result.Failures > 0)
            throw new RunFailedException($"{result.Failures} of {calls.Count} calls of phase {measure ?? "(unmeasured)"} were not answered as they must be; the first: {result.FirstFailure}");
        if (measure is null) return result;

        _measurements.Add(Measurement.Of(Identity, measure, result, costs, logBytes));
        return result;
    }

    private int[] Acknowledge(ConfirmCalls calls, ConfirmAnswer answer, LoadResult result)
    {
        var answered = new List<int>(result.Count);
        for (var index = 0; index < calls.Count; index++)
        {
            if (!result.Answered[index]) continue;
            answered.Add(calls.SessionOf(index));
            if (answer is ConfirmAnswer.Waiting or ConfirmAnswer.Completed)
                Acknowledged.Confirm(calls.SessionOf(index), calls.IsByUser1(index));
        }

        return [.. answered];
    }

    private TimeSpan LimitOf(string? measure) => measure is null ? Scale.PhaseLimit * 3 : Scale.PhaseLimit;

    private static string StreamOf(int session, int user) =>
        $"GET /api/session/{DatabaseShape.SessionId(session)}/events HTTP/1.1\r\nHost: bench\r\nX-Test-User-ID: {DatabaseShape.UserId(user)}\r\n\r\n";

    private static int[] Take(int[] numbers, int count, ref int taken)
    {
        if (taken + count > numbers.Length) throw new InvalidOperationException($"The database's shape is too small: {numbers.Length} are not enough.");
        var slice = numbers[taken..(taken + count)];
        taken += count;
        return slice;
    }
}
