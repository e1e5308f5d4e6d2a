using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Wingman.Chaos.Cluster;
using Wingman.Chaos.Explanations;
using Wingman.Testing;

namespace Wingman.Chaos.Load;

/// <summary>Calls of an operator at the operators' ports of all hosts. One sign-in is valid at all of them, because they share their keys.</summary>
/// <param name="hosts">The hosts.</param>
/// <param name="observe">Sees what is known after a repair was ordered.</param>
/// <param name="patience">What is added to the times after which a connection or a call is given up.</param>
/// <param name="isSuspended">Whether a fault suspends the host of a name: then the patience does not apply.</param>
internal sealed partial class OperatorCalls(
    IReadOnlyList<ChaosHost> hosts, Action<Call> observe, TimeSpan patience, Func<string, bool> isSuspended) : IDisposable
{
    /// <summary>The operator.</summary>
    public const string Operator = "olga";

    // Made by ./wingman operator, for chaos runs alone.
    private const string Secret = "wm_operator_4aMUtyEQtdOoMIYFbz5gVhRq-PhED8Ef";
    private const string Hash = "AQAAAAIAAYagAAAAEHgCGNF94pqg+gmkuFtnryfS0fxbAIAT1UVV6c8X4BFIHOm1IEuOYcexQCku+2s5cA==";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    private readonly CallLimit _limit = new(Deadline, patience, isSuspended);

    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2) + patience, UseCookies = false, UseProxy = false, AllowAutoRedirect = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private string _signedIn = "";

    /// <summary>The settings of a host that knows the operator.</summary>
    /// <param name="settings">The host's other settings.</param>
    /// <param name="keys">A folder that all hosts share.</param>
    public static ServiceSettings At(ServiceSettings settings, string keys) => settings
        .With($"Wingman:Operators:{Operator}", Hash)
        .With("Wingman:Operations:KeyDirectory", keys)
        .With("Wingman:Operations:SignInLifetime", "12:00:00")
        // The dashboard is not used here, and its cost must not slow the load down.
        .With("Wingman:Operations:Dashboard", "false");

    /// <summary>Signs in.</summary>
    public async Task SignInAsync(CancellationToken cancellation)
    {
        var host = hosts[0].Process.Operations;
        using var form = await _http.GetAsync(new Uri(host, "/sign-in"), cancellation);
        Dictionary<string, string> fields = new() { ["name"] = Operator, ["secret"] = Secret };
        foreach (Match field in HiddenField().Matches(await form.Content.ReadAsStringAsync(cancellation)))
            fields[field.Groups[1].Value] = WebUtility.HtmlDecode(field.Groups[2].Value);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host, "/sign-in")) { Content = new FormUrlEncodedContent(fields) };
        request.Headers.Add("Cookie", string.Join("; ", form.Headers.GetValues("Set-Cookie").Select(static cookie => cookie.Split(';')[0])));
        using var answer = await _http.SendAsync(request, cancellation);
        _signedIn = answer.StatusCode == HttpStatusCode.SeeOther
            ? answer.Headers.GetValues("Set-Cookie").Select(static cookie => cookie.Split(';')[0].Split('=', 2)).First(static cookie => cookie[0].StartsWith("wingman-operator-", StringComparison.Ordinal))[1]
            : throw new InvalidOperationException($"{Operator} could not sign in: {answer.StatusCode}.");
    }

    /// <summary>Orders a repair at any host, once.</summary>
    public async Task<Call> RepairAsync(Random random, string path, string reason, Guid? user, CancellationToken cancellation)
    {
        var call = await CallAsync(hosts[random.Next(hosts.Count)], HttpMethod.Post, $"/support/repair/{path}", new { reason, user }, cancellation);
        observe(call);
        return call;
    }

    /// <summary>Requests an explanation after all writes have ended, from any host that answers.</summary>
    /// <returns>The explanation, or null if no host gives one.</returns>
    public async Task<T?> ExplainAsync<T>(string path, CancellationToken cancellation)
        where T : class
    {
        foreach (var host in Random.Shared.GetItems([.. hosts], 3 * hosts.Count))
        {
            var call = await CallAsync(host, HttpMethod.Get, $"/support/{path}", null, cancellation);
            if (call.Status == 200) return ExplanationJson.Read<T>(call.Body);
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<Call> CallAsync(ChaosHost host, HttpMethod method, string path, object? body, CancellationToken cancellation)
    {
        var operations = host.Process.Operations;
        using var request = new HttpRequestMessage(method, new Uri(operations, path));
        request.Headers.Add("Cookie", $"wingman-operator-{operations.Port}={_signedIn}");
        if (body is not null) request.Content = JsonContent.Create(body);
        // The description of the API has nothing of the operators' port.
        var (call, _) = await Call.SendAsync(_http, request, path, host.Process.Name, _limit, answered: null, cancellation);
        // A host whose clock was set a day ahead regards the sign-in as expired.
        return call.Status == (int)HttpStatusCode.Unauthorized ? call with { Outcome = CallOutcome.NotSent } : call;
    }

    [GeneratedRegex("""<input type="hidden" name="([^"]*)" value="([^"]*)">""")]
    private static partial Regex HiddenField();
}
