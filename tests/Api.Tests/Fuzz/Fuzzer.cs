using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Wingman.Api.Tests.Fuzz;

/// <summary>Sends generated requests over several connections and judges the answers.</summary>
/// <param name="address">Where the service listens.</param>
/// <param name="callers">Signs the requests.</param>
/// <param name="rules">Judge an answer.</param>
internal sealed class Fuzzer(Uri address, Callers callers, AnswerRules rules)
{
    private const int Connections = 8;
    private const int MaxFailures = 5;

    // Detects a request that hangs. Much longer than any answer takes, because other work on the machine can delay an answer.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    // For all failures together. After that they are reported as far as they are reduced: each try of a request that hangs takes its bound.
    private static readonly TimeSpan LongestShrinking = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string Endpoint, int Status), int> _counts = new();
    private readonly AnswerTimes _times = new();
    private MemorySamples _memory = new(0);

    /// <summary>
    /// A request whose answer takes longer is sent again alone after the run, and fails if it takes as long again: other work on the machine
    /// can delay a single answer.
    /// </summary>
    public TimeSpan Slow { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Reads how many bytes of memory the service has; null if its memory is not watched.</summary>
    public Func<Task<long>>? ReadMemory { get; init; }

    /// <summary>How many requests were answered.</summary>
    public int Total => _counts.Values.Sum();

    /// <summary>How many answers had a status.</summary>
    public int Count(int status) => _counts.Where(count => count.Key.Status == status).Sum(static count => count.Value);

    /// <summary>Sends the requests with the numbers below a count.</summary>
    /// <returns>What went wrong: the first failures, each with the smallest request that shows it.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(int count, Func<int, Request> generate, bool mustBeRefused)
    {
        var failures = new ConcurrentQueue<(Request Request, string Problem)>();
        var slow = new ConcurrentQueue<(Request Request, TimeSpan Time)>();
        var memory = _memory = new(count);
        var next = -1;
        string? unread = null;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(WorkAsync)));

        var described = new List<string>();
        var started = Stopwatch.GetTimestamp();
        foreach (var (failed, problem) in failures.Take(MaxFailures)) described.Add(await ShrinkAsync(failed, problem, mustBeRefused, started));
        foreach (var (delayed, before) in slow.Take(MaxFailures))
        {
            var (_, again) = await AloneAsync(delayed, mustBeRefused);
            if (again > Slow) described.Add(Describe(delayed, $"took {before.TotalSeconds:0.0} s, and {again.TotalSeconds:0.0} s when it was sent again alone"));
        }

        if (memory.FindProblem() is { } growth) described.Add(growth);
        if (unread is not null) described.Add($"The service's memory could not be read: {unread}");
        return described;

        // A request may have ended the service. It must be reported, and not only that the memory could not be read after it.
        async Task SampleAsync(int after)
        {
            try
            {
                memory.Add(after, await ReadMemory!());
            }
            catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or Xunit.Sdk.XunitException)
            {
                unread = failure.Message;
            }
        }

        async Task WorkAsync()
        {
            using var connection = new RawConnection(address);
            while (failures.Count < MaxFailures && Interlocked.Increment(ref next) is var number && number < count)
            {
                var request = generate(number);
                var (problem, time) = await TryAsync(connection, request, mustBeRefused, isCounted: true);
                if (problem is not null)
                    failures.Enqueue((request, $"{problem}\nafter {time.TotalSeconds:0.0} s"));
                else if (time > Slow)
                    slow.Enqueue((request, time));
                if (ReadMemory is not null && memory.IsDueAfter(number + 1)) await SampleAsync(number + 1);
            }
        }
    }

    /// <summary>The counts by endpoint and status, how long the answers took, and the service's memory.</summary>
    public string Describe()
    {
        var table = new StringBuilder();
        foreach (var endpoint in _counts.GroupBy(static count => count.Key.Endpoint).OrderBy(static group => group.Key, StringComparer.Ordinal))
        {
            var statuses = endpoint.OrderBy(static count => count.Key.Status).Select(static count => $"{count.Key.Status}: {count.Value}");
            table.Append(CultureInfo.InvariantCulture, $"{endpoint.Key,-60} {string.Join("  ", statuses)}\n");
        }

        return table.Append(_times.Describe()).Append('\n').Append(_memory.Describe()).ToString();
    }

    private async Task<(string? Problem, TimeSpan Time)> TryAsync(RawConnection connection, Request request, bool mustBeRefused, bool isCounted)
    {
        var draft = request.ToDraft(callers);
        var started = Stopwatch.GetTimestamp();
        using var deadline = new CancellationTokenSource(Bound);
        try
        {
            var answer = await connection.SendAsync(draft.ToBytes(), draft.IsHead, deadline.Token);
            var time = Stopwatch.GetElapsedTime(started);
            if (isCounted)
            {
                _counts.AddOrUpdate(($"{request.Operation.Method} {request.Operation.Template}", answer.Status), 1, static (_, before) => before + 1);
                _times.Add(time);
            }

            var problem = rules.ProblemOf(draft, request, answer, mustBeRefused);
            return (problem is null ? null : $"{problem}\n{answer.Status} {answer.ContentType} {answer.Body}", time);
        }
        catch (OperationCanceledException)
        {
            return ($"was not answered within {Bound}", Bound);
        }
        catch (Exception broken) when (broken is IOException or System.Net.Sockets.SocketException or FormatException or DecoderFallbackException)
        {
            return ($"got no answer: {broken.Message}", Stopwatch.GetElapsedTime(started));
        }
    }

    // What was sent before on the same connection must not matter.
    private async Task<(string? Problem, TimeSpan Time)> AloneAsync(Request request, bool mustBeRefused)
    {
        using var fresh = new RawConnection(address);
        return await TryAsync(fresh, request, mustBeRefused, isCounted: false);
    }

    private async Task<string> ShrinkAsync(Request request, string first, bool mustBeRefused, long started)
    {
        if (await AgainAsync(request) is not { } problem) return Describe(request, $"{first}\n(not reproduced by sending it again)");
        var reducer = new Reducer(callers, smaller => Stopwatch.GetElapsedTime(started) < LongestShrinking ? AgainAsync(smaller) : Task.FromResult<string?>(null));
        (request, problem) = await reducer.ReduceAsync(request, problem, mustBeRefused);
        return Describe(request, problem);

        async Task<string?> AgainAsync(Request one) => (await AloneAsync(one, mustBeRefused)).Problem;
    }

    private string Describe(Request request, string problem)
    {
        var draft = request.ToDraft(callers);
        return $"{request.Caller} on a session that is {request.Pair.State}; {string.Join(" + ", request.Mutations.Select(static one => one.Name))}\n"
            + $"{draft.Describe($"{request.Caller}")}\n=> {problem}\nAgain: {draft.ToCommand()} | nc -w 5 localhost 8000\n";
    }
}
