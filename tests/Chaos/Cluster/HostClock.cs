using System.IO.MemoryMappedFiles;
using Wingman.Development;

namespace Wingman.Chaos.Cluster;

/// <summary>
/// The wall clock of one host, which a small library, preloaded into its process, lets differ from this machine's. The monotonic
/// clock is not changed, and neither are waits: libfaketime, which can do the same, makes .NET's timed waits fail at once.
/// </summary>
internal sealed class HostClock : IDisposable
{
    private static readonly string[] Compilers = ["/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang", "/usr/local/bin/cc"];

    private readonly string _directory;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _ahead;

    private HostClock(string directory)
    {
        _directory = directory;
        File.WriteAllBytes(Shared, new byte[sizeof(long)]);
        _file = MemoryMappedFile.CreateFromFile(Shared, FileMode.Open);
        _ahead = _file.CreateViewAccessor(0, sizeof(long));
    }

    /// <summary>Why no host's clock can be set on this machine; null if it can.</summary>
    public static string? WhyNot =>
        !OperatingSystem.IsLinux() ? "a clock of its own is for Linux"
        : Array.Exists(Compilers, File.Exists) ? null : "a C compiler is missing (Debian: gcc, libc6-dev)";

    /// <summary>What the host's process is started with.</summary>
    public IReadOnlyDictionary<string, string?> Variables => new Dictionary<string, string?> { ["LD_PRELOAD"] = Library, ["WINGMAN_CLOCK"] = Shared };

    private string Library => Path.Combine(_directory, "wallclock.so");

    private string Shared => Path.Combine(_directory, "ahead");

    /// <summary>Makes one, which shows this machine's time.</summary>
    public static async Task<HostClock> CreateAsync(CancellationToken cancellation)
    {
        var clock = new HostClock(Directory.CreateTempSubdirectory("wingman-clock-").FullName);
        var code = Path.Combine(clock._directory, "wallclock.c");
        using (var source = typeof(HostClock).Assembly.GetManifestResourceStream("Wingman.Chaos.Cluster.wallclock.c")!)
        using (var copy = File.Create(code))
            await source.CopyToAsync(copy, cancellation);
        var (exitCode, output) = await Command.RunAsync([Array.Find(Compilers, File.Exists)!, "-O2", "-shared", "-fPIC", "-o", clock.Library, code, "-ldl"], cancellation);
        return exitCode == 0 ? clock : throw new InvalidOperationException($"a clock could not be compiled: {output.Trim()}");
    }

    /// <summary>Sets the clock, at once, to this machine's time and some more.</summary>
    public void Set(TimeSpan ahead) => _ahead.Write(0, (long)ahead.TotalSeconds);

    public void Dispose()
    {
        _ahead.Dispose();
        _file.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
