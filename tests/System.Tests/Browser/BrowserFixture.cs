using Microsoft.Playwright;

namespace Wingman.SystemTests.Browser;

/// <summary>One headless browser for the tests of a collection, started when the first page is opened and closed after the tests.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    /// <summary>How long a test waits until a page shows something. It ends a test that will never pass, and does not measure speed.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <inheritdoc/>
    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>Opens an empty page with cookies and storage of its own, which are deleted when its context is disposed of.</summary>
    /// <param name="screen">The screen and what its user prefers; null for a screen of 880 by 1000 pixels.</param>
    internal async Task<IPage> OpenAsync(BrowserNewContextOptions? screen = null)
    {
        screen ??= new();
        screen.ViewportSize ??= new() { Width = 880, Height = 1000 };
        // Without animations, neither pictures nor the contrast of colours depend on the moment.
        screen.ReducedMotion = ReducedMotion.Reduce;
        screen.Locale = "en-GB";
        screen.TimezoneId = "UTC";
        var browser = _browser ?? await StartAsync();
        var context = await browser.NewContextAsync(screen);
        context.SetDefaultTimeout((float)Deadline.TotalMilliseconds);
        context.SetDefaultNavigationTimeout((float)Deadline.TotalMilliseconds);
        return await context.NewPageAsync();
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    private async Task<IBrowser> StartAsync()
    {
        Assertions.SetDefaultExpectTimeout((float)Deadline.TotalMilliseconds);
        _playwright = await Playwright.CreateAsync();
        return _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium.Program,
            // Root and containers have no sandbox, and the pages are ours. A container's /dev/shm may be too small.
            Args = ["--no-sandbox", "--disable-dev-shm-usage"],
            Timeout = (float)Deadline.TotalMilliseconds,
        });
    }
}

/// <summary>Tests of the page of two phones share a browser, and run alone, as all do that start processes.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class BrowserCollection : ICollectionFixture<BrowserFixture>
{
    public const string Name = "a browser";
}
