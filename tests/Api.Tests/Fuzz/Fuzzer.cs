using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Wingman.Api.Tests.Host;

namespace Wingman.Api.Tests.Fuzz;

/// <summary>Sends generated requests over several connections and judges the answers.</summary>
internal sealed class Fuzzer(RunningApi api, Callers callers, AnswerRules rules)
{
    private const int Connections = 8;
    private const int MaxFailures = 5;

    // Detects a request that hangs. Much longer than any answer takes, because other work on the machine can delay an answer.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<(string Endpoint, int Status), int> _counts = new();

    /// <summary>How many requests were answered.</summary>
    public int Total => _counts.Values.Sum();

    /// <summary>How many answers had a status.</summary>
    public int Count(int status) => _counts.Where(count => count.Key.Status == status).Sum(static count => count.Value);

    /// <summary>Sends the requests with the numbers below a count.</summary>
    /// <returns>What went wrong: the first failures, each with the smallest request that shows it.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(int count, Func<int, Request> generate, bool mustBeRefused)
    {
        var failures = new ConcurrentQueue<Request>();
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(WorkAsync)));

        var described = new List<string>();
        foreach (var failure in failures.Take(MaxFailures)) described.Add(await ShrinkAsync(failure, mustBeRefused));
        return described;

        async Task WorkAsync()
        {
            using var connection = new RawConnection(api.Address);
            while (failures.Count < MaxFailures && Interlocked.Increment(ref next) is var number && number < count)
            {
                var request = generate(number);
                if (await TryAsync(connection, request, mustBeRefused, isCounted: true) is not null) failures.Enqueue(request);
            }
        }
    }

    /// <summary>The counts by endpoint and status.</summary>
    public string Describe()
    {
        var table = new StringBuilder();
        foreach (var endpoint in _counts.GroupBy(static count => count.Key.Endpoint).OrderBy(static group => group.Key, StringComparer.Ordinal))
        {
            var statuses = endpoint.OrderBy(static count => count.Key.Status).Select(static count => $"{count.Key.Status}: {count.Value}");
            table.Append(CultureInfo.InvariantCulture, $"{endpoint.Key,-60} {string.Join("  ", statuses)}\n");
        }

        return table.ToString();
    }

    private async Task<string?> TryAsync(RawConnection connection, Request request, bool mustBeRefused, bool isCounted)
    {
        var draft = request.ToDraft(callers);
        using var deadline = new CancellationTokenSource(Bound);
        try
        {
            var answer = await connection.SendAsync(draft.ToBytes(), draft.IsHead, deadline.Token);
            if (isCounted)
                _counts.AddOrUpdate(($"{request.Operation.Method} {request.Operation.Template}", answer.Status), 1, static (_, before) => before + 1);
            return rules.ProblemOf(draft, request, answer, mustBeRefused) is { } problem ? $"{problem}\n{answer.Status} {answer.ContentType} {answer.Body}" : null;
        }
        catch (OperationCanceledException)
        {
            return $"was not answered within {Bound}";
        }
        catch (Exception broken) when (broken is IOException or System.Net.Sockets.SocketException or FormatException or DecoderFallbackException)
        {
            return $"got no answer: {broken.Message}";
        }
    }

    // Removes each mutation without which the answer is still wrong.
    private async Task<string> ShrinkAsync(Request request, bool mustBeRefused)
    {
        using var connection = new RawConnection(api.Address);
        var problem = await TryAsync(connection, request, mustBeRefused, isCounted: false);
        if (problem is null) return Describe(request, "(not repeated by sending it again)");
        for (var place = request.Mutations.Count - 1; place >= 0; place--)
        {
            // The last mutation is the reason why the request must be refused.
            if (mustBeRefused && place == request.Mutations.Count - 1) continue;
            var smaller = request with { Mutations = [.. request.Mutations.Where((_, index) => index != place)] };
            using var fresh = new RawConnection(api.Address);
            if (await TryAsync(fresh, smaller, mustBeRefused, isCounted: false) is { } same) (request, problem) = (smaller, same);
        }

        return Describe(request, problem);
    }

    private string Describe(Request request, string problem) =>
        $"{request.Caller} on a session that is {request.Pair.State}; {string.Join(" + ", request.Mutations.Select(static one => one.Name))}\n{request.ToDraft(callers).Describe($"{request.Caller}")}\n=> {problem}\n";
}
