using System.Collections.Concurrent;
using System.Text.Json;
using Wingman.Testing;

namespace Wingman.Api.Tests.Fuzz;

/// <summary>The rules that every answer must follow, whatever the request was.</summary>
internal sealed class AnswerRules(bool areLimited)
{
    private const int MaxKnown = 50_000;

    // Many answers are equal, so each distinct one is compared with the description only once.
    private readonly ConcurrentDictionary<(string Method, string Path, RawAnswer Answer), bool> _known = new();
    private int _count;

    /// <summary>What is wrong with an answer; null if nothing is.</summary>
    public string? ProblemOf(Draft request, Request from, RawAnswer answer, bool mustBeRefused)
    {
        if (answer.Status >= 500 && !(answer.Status == 503 && IsOf(answer, "overloaded", "too_many_streams")) && !(answer.Status == 505 && request.MayBeMalformed))
            return $"answered {answer.Status}";
        if (answer.Status == 429 && !areLimited && !IsOf(answer, "too_many_streams")) return "answered 429 without limits";
        // ASP.NET's routes take a method in lower case, too.
        if (mustBeRefused && answer.Status < 400 && request.Method.ToUpperInvariant() is not ("GET" or "HEAD" or "OPTIONS") && !request.Path.Contains("/cache/", StringComparison.OrdinalIgnoreCase))
            return $"had to be refused, and was answered {answer.Status}";
        // The server's own refusals, of what it cannot read as a request.
        if (answer.Body.Length == 0 && request.MayBeMalformed && answer.Status is 400 or 405 or 411 or 413 or 414 or 417 or 431 or 501 or 505)
            return null;
        if ((request.IsHead || answer.Status == 204) && answer.Body.Length > 0) return "has a body that it may not have";
        if (answer.Status == 204) return null;
        if (request.IsHead) return HeadProblem(request, answer);
        if (answer is { Status: 200, ContentType: "text/event-stream" })
            return from.Operation.Template.EndsWith("/events", StringComparison.Ordinal) ? null : "is a stream";
        if (answer.ContentType != "application/json") return $"has the content type {answer.ContentType}";
        return ShapeProblem(request, from, answer);
    }

    // HEAD has the statuses of GET, but a stream cannot be asked for with it.
    private static string? HeadProblem(Draft request, RawAnswer answer)
    {
        if (request.IsElsewhere || !Uri.TryCreate("http://wingman.test" + request.Target, UriKind.Absolute, out var address)) return null;
        if (answer.Status == 405 && request.Path.EndsWith("/events", StringComparison.Ordinal)) return null;
        return DocumentedAnswers.ProblemOf(new GivenAnswer(HttpMethod.Head, address, answer.Status, answer.ContentType, ReadOnlyMemory<byte>.Empty));
    }

    private string? ShapeProblem(Draft request, Request from, RawAnswer answer)
    {
        var key = (request.Method, request.IsElsewhere ? "" : from.Operation.Template, answer);
        if (_known.ContainsKey(key)) return null;
        try
        {
            using var json = JsonDocument.Parse(answer.Body);
            if (answer.Status >= 400 && json.RootElement.GetProperty("detail").ValueKind is not (JsonValueKind.String or JsonValueKind.Array))
                return "has no detail";
            if (!request.IsElsewhere && Uri.TryCreate("http://wingman.test" + request.Target, UriKind.Absolute, out var address))
                DocumentedAnswers.Check(new HttpMethod(request.Method), address, answer.Status, answer.ContentType, answer.Body);
        }
        catch (Exception wrong) when (wrong is UndocumentedAnswerException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return wrong.Message;
        }

        if (Interlocked.Increment(ref _count) <= MaxKnown) _known.TryAdd(key, true);
        return null;
    }

    private static bool IsOf(RawAnswer answer, params string[] codes) =>
        Array.Exists(codes, code => answer.Body.Contains($"\"code\":\"{code}\"", StringComparison.Ordinal));
}
