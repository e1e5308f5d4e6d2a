using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Wingman.Testing;

namespace Wingman.SystemTests.Browser;

/// <summary>The checks that apply to all our pages.</summary>
internal static class Pages
{
    private static readonly bool IsRecording = Environment.GetEnvironmentVariable("WINGMAN_RECORD_PICTURES") == "1";

    /// <summary>From now on collects the page's requests to other hosts and the errors of its scripts.</summary>
    /// <param name="page">A page that has not been opened yet.</param>
    /// <param name="host">The host whose page it is.</param>
    public static List<string> Watch(this IPage page, Uri host)
    {
        List<string> complaints = [];
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(host.ToString(), StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
                complaints.Add($"It asks {request.Url}.");
        };
        page.PageError += (_, error) => complaints.Add(error);
        page.Console += (_, line) =>
        {
            // The console also has a line for each answer that is not a success.
            if (line.Type == "error" && !line.Text.StartsWith("Failed to load resource", StringComparison.Ordinal)) complaints.Add(line.Text);
        };
        return complaints;
    }

    /// <summary>Fails if the page breaks a rule of accessibility that a program can check.</summary>
    /// <param name="page">The page.</param>
    /// <param name="state">What it shows, for the failure's message.</param>
    public static async Task AssertAccessibleAsync(this IPage page, string state)
    {
        var result = await page.RunAxe();

        Assert.NotEmpty(result.Passes);
        Assert.True(
            result.Violations.Length == 0,
            $"{state}: " + string.Join('\n', result.Violations.Select(static rule =>
                $"{rule.Id} ({rule.Help}): {string.Join(", ", rule.Nodes.Select(static node => node.Html))}")));
    }

    /// <summary>Keeps a picture for the documents, where pictures are recorded (<c>WINGMAN_RECORD_PICTURES=1</c>).</summary>
    /// <param name="page">The page.</param>
    /// <param name="name">The file's name in <c>docs/pictures</c>, without its extension.</param>
    /// <param name="height">How much of the page, from its top; null for all of it.</param>
    public static async Task RecordAsync(this IPage page, string name, int? height = null)
    {
        if (!IsRecording) return;

        await page.ScreenshotAsync(new()
        {
            Path = Path.Combine(HostBinaries.Repository, "docs", "pictures", $"{name}.png"),
            FullPage = true,
            Clip = height is { } part ? new() { Width = page.ViewportSize!.Width, Height = part } : null,
        });
    }
}
