using System.Globalization;

namespace Wingman.Chaos.Cluster;

/// <summary>The wall clock of one host, which libfaketime lets differ from this machine's. The monotonic clock is left alone.</summary>
internal sealed class HostClock : IDisposable
{
    private static readonly string[] Places =
        ["/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime", "/usr/lib/faketime", "/usr/lib64/faketime", "/usr/local/lib/faketime"];

    private readonly string _file = Path.Combine(Path.GetTempPath(), $"wingman-clock-{Guid.NewGuid():N}");

    public HostClock() => File.WriteAllText(_file, Text(TimeSpan.Zero));

    /// <summary>Why no host's clock can be set on this machine; null if it can.</summary>
    public static string? WhyNot => Library is null ? "libfaketime is missing (Debian: faketime)" : null;

    /// <summary>What the host's process is started with.</summary>
    public IReadOnlyDictionary<string, string?> Variables => new Dictionary<string, string?>
    {
        ["LD_PRELOAD"] = Library,
        ["FAKETIME_TIMESTAMP_FILE"] = _file,
        // How often the file is read, in seconds.
        ["FAKETIME_CACHE_DURATION"] = "1",
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        ["DONT_FAKE_MONOTONIC"] = "1",
    };

    private static string? Library => Places.Select(static place => Path.Combine(place, "libfaketimeMT.so.1")).FirstOrDefault(File.Exists);

    /// <summary>Sets the clock, from within a second on, to this machine's time and some more.</summary>
    public async Task SetAsync(TimeSpan ahead)
    {
        // By renaming: nobody reads half of it.
        await File.WriteAllTextAsync($"{_file}.new", Text(ahead));
        File.Move($"{_file}.new", _file, overwrite: true);
    }

    public void Dispose() => File.Delete(_file);

    private static string Text(TimeSpan ahead) => string.Create(CultureInfo.InvariantCulture, $"{(ahead < TimeSpan.Zero ? "-" : "+")}{Math.Abs(ahead.TotalSeconds):0}\n");
}
