using Wingman.Bench.Scenarios;

namespace Wingman.Bench.LoadGenerator;

/// <summary>Queries what the first page of the Orleans dashboard shows, once a second, until it is closed.</summary>
internal sealed class OpenDashboard : IAsyncDisposable
{
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(1);
    private static readonly string[] Paths = ["dashboard/DashboardCounters", "dashboard/ClusterStats", "dashboard/TopGrainMethods"];

    private readonly CancellationTokenSource _closed = new();
    private readonly HttpClient _http;
    private readonly Task _refreshing;

    /// <param name="operations">The operators' port, which needs no sign-in in Development.</param>
    public OpenDashboard(Uri operations)
    {
        _http = new HttpClient { BaseAddress = operations };
        _refreshing = Task.Run(RefreshAsync);
    }

    /// <summary>Closes the page.</summary>
    /// <exception cref="RunFailedException">The dashboard did not answer all the time, so its cost was not measured.</exception>
    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await _refreshing;
        _http.Dispose();
        _closed.Dispose();
    }

    private async Task RefreshAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(Refresh);
            do
            {
                foreach (var path in Paths)
                {
                    using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative), _closed.Token);
                    if (!answer.IsSuccessStatusCode) throw new RunFailedException($"The dashboard answered {(int)answer.StatusCode} to {path}.");
                }
            }
            while (await timer.WaitForNextTickAsync(_closed.Token));
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            // The page was closed.
        }
    }
}
