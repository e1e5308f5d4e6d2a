using System.Net;
using System.Text.Json;

namespace Wingman.Silo.Doctor.Running;

/// <summary>Whether a host's operators' port answers, and says that it is ready.</summary>
internal static class DeploymentCheck
{
    private const string Check = "deployment";

    /// <summary>Checks a host's health.</summary>
    /// <param name="operators">Where its operators' endpoints listen.</param>
    /// <param name="clock">This machine's clock.</param>
    public static async Task<IReadOnlyList<Finding>> RunAsync(Uri operators, TimeProvider clock)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(6) };
        try
        {
            using var live = await http.GetAsync(new Uri(operators, "/health/live"));
            if (live.StatusCode != HttpStatusCode.OK)
                return [new(Check, Severity.Problem, $"{operators}health/live answers {(int)live.StatusCode}: this is not a host of Wingman, or it is stopping.")];

            var asked = clock.GetTimestamp();
            using var ready = await http.GetAsync(new Uri(operators, "/health/ready"));
            var took = clock.GetElapsedTime(asked);
            if (ready.StatusCode == HttpStatusCode.OK)
                return [new(Check, Severity.Ok, $"{operators} is live and ready, in {took.TotalMilliseconds:0} ms.")];

            return [new(Check, Severity.Problem, $"{operators} is live, but not ready: {Failing(await ready.Content.ReadAsStringAsync())}.")];
        }
        catch (Exception silence) when (silence is HttpRequestException or TaskCanceledException)
        {
            return [new(Check, Severity.Problem, $"{operators} does not answer: no process listens there, or a firewall blocks the connection.")];
        }
    }

    private static string Failing(string report)
    {
        try
        {
            using var json = JsonDocument.Parse(report);
            return string.Join(", ", json.RootElement.GetProperty("checks").EnumerateObject().Where(static check => check.Value.GetString() != "ready").Select(static check => $"the check '{check.Name}' reports that it is not"));
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException)
        {
            return "it does not report a reason";
        }
    }
}
