namespace Wingman.SystemTests.Browser;

/// <summary>The browser that is installed on the system.</summary>
internal static class Chromium
{
    /// <summary>The program, or null if it is not installed.</summary>
    public static string? Program { get; } = ((string[])
    [
        "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium",
        "/Applications/Chromium.app/Contents/MacOS/Chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ]).FirstOrDefault(File.Exists);

    /// <summary>Why a test is skipped; null if the browser is installed.</summary>
    public static string? Missing { get; } = Program is null ? "chromium is not installed: apt-get install chromium, or run ./wingman test as root on Debian." : null;
}

/// <summary>A test in a browser. Where none is installed it is reported as skipped, with what to do.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = Chromium.Missing;
}

/// <summary>Tests in a browser. Where none is installed they are reported as skipped, with what to do.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute() => Skip = Chromium.Missing;
}
