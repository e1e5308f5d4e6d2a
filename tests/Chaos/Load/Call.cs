using System.Text.Json;
using Wingman.Testing;

namespace Wingman.Chaos.Load;

/// <summary>What a client knows after a call.</summary>
internal enum CallOutcome
{
    /// <summary>An answer below 500.</summary>
    Answered,

    /// <summary>An answer of 500 or more: the call may have been carried out.</summary>
    Failed,

    /// <summary>No answer: the call may have been carried out.</summary>
    Lost,

    /// <summary>No host accepted the call: it was not carried out.</summary>
    NotSent,
}

/// <summary>One call.</summary>
internal sealed record Call(CallOutcome Outcome, int Status, JsonElement Body, long InvokedAt, long ReturnedAt, string Path, string Host, string? Error)
{
    /// <summary>A grain tries again for 2 s before it answers that there was a conflict; an answer before that has another reason than the time.</summary>
    private static readonly TimeSpan ConflictTime = TimeSpan.FromSeconds(1.5);

    public TimeSpan Took => RunClock.Between(InvokedAt, ReturnedAt);

    /// <summary>The text of a refusal.</summary>
    public string Detail =>
        Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("detail", out var detail) ? detail.ToString() : Error ?? "";

    /// <summary>
    /// Whether it was answered that a time of the service was up: the database, a silo, or the other writers of a row were not quick enough.
    /// On a machine that gives too little processor time this happens without a fault. A refusal for another reason does not, nor does a
    /// conflict that was answered early.
    /// </summary>
    public bool IsOutOfTime => Status == 503
        && (Word("code") is "storage_unavailable" or "no_silo" or "outcome_unknown"
            || (Word("code") is "conflict" && Took >= ConflictTime)
            // The answer to an operator's repair.
            || Word("outcome") is "unknown");

    /// <summary>Sends a request, and records what is known afterwards.</summary>
    /// <param name="http">The client, which has no timeout of its own.</param>
    /// <param name="request">The request.</param>
    /// <param name="path">Its path.</param>
    /// <param name="host">The host's name.</param>
    /// <param name="limit">How long to wait for the answer.</param>
    /// <param name="answered">Sees the answer; null if nobody does.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>The call, and why it has no answer.</returns>
    public static async Task<(Call Call, Exception? Failure)> SendAsync(
        HttpClient http, HttpRequestMessage request, string path, string host, CallLimit limit, Action<GivenAnswer>? answered, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(limit.Longest);
        using var ended = new CancellationTokenSource();
        var watching = limit.WatchAsync(host, deadline, ended.Token);
        var invokedAt = RunClock.Now;
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, deadline.Token);
            var bytes = await response.Content.ReadAsByteArrayAsync(deadline.Token);
            var returnedAt = RunClock.Now;
            var status = (int)response.StatusCode;
            answered?.Invoke(new(request.Method, request.RequestUri!, status, response.Content.Headers.ContentType?.ToString(), bytes));
            return (new(status >= 500 ? CallOutcome.Failed : CallOutcome.Answered, status, Parse(bytes), invokedAt, returnedAt, path, host, null), null);
        }
        catch (HttpRequestException refused) when (refused.HttpRequestError is HttpRequestError.ConnectionError)
        {
            return Without(CallOutcome.NotSent, refused);
        }
        catch (Exception silent) when (silent is HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return Without(CallOutcome.Lost, silent);
        }
        finally
        {
            await ended.CancelAsync();
            await watching;
        }

        (Call, Exception) Without(CallOutcome outcome, Exception why) =>
            (new(outcome, 0, default, invokedAt, RunClock.Now, path, host, $"{why.GetType().Name}: {why.Message}"), why);
    }

    public override string ToString() => $"{Path} at {Host}: {(Status == 0 ? Outcome.ToString() : Status)} {Detail} after {Took.TotalSeconds:0.00} s";

    private string? Word(string property) =>
        Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty(property, out var word) && word.ValueKind == JsonValueKind.String
            ? word.GetString()
            : null;

    private static JsonElement Parse(byte[] body)
    {
        try
        {
            return body.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(body);
        }
        catch (JsonException)
        {
            // The body does not have our API's shape. The status is still recorded, and the checks of answers report what they expected.
            return default;
        }
    }
}
