using Wingman.Development;
using Wingman.Testing;

namespace Wingman.Chaos.Cluster;

/// <summary>A file system in a file, with enough space until a ballast file takes all of it.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private const string Fill = "fallocate -l $(($(df --output=avail -B1 \"$1\" | tail -n 1) - 65536)) \"$1/ballast\" && ! dd if=/dev/zero of=\"$1/rest\" bs=4k 2>/dev/null";

    private readonly CleanupShell _cleanup;

    private SmallDisk(string directory, CleanupShell cleanup) => (Directory, _cleanup) = (directory, cleanup);

    /// <summary>Where it is mounted.</summary>
    public string Directory { get; }

    /// <summary>Why there can be none on this machine; null if there can.</summary>
    public static async Task<string?> WhyNotAsync(CancellationToken cancellation)
    {
        if (!Environment.IsPrivilegedProcess) return "only root can mount a file system";
        try
        {
            await (await MountAsync(cancellation)).DisposeAsync();
            return null;
        }
        catch (Exception refused) when (refused is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return refused.Message;
        }
    }

    /// <summary>Makes and mounts one.</summary>
    public static async Task<SmallDisk> MountAsync(CancellationToken cancellation)
    {
        var place = Path.Combine(Path.GetTempPath(), $"wingman-disk-{Guid.NewGuid():N}"[..24]);
        System.IO.Directory.CreateDirectory(Path.Combine(place, "mounted"));
        var disk = new SmallDisk(Path.Combine(place, "mounted"), CleanupShell.Start("umount \"$1/mounted\" 2>/dev/null || umount -l \"$1/mounted\" 2>/dev/null; rm -rf -- \"$1\"", place));
        // The image is a sparse file: it takes the space of what is written, not of what the ballast reserves.
        return await disk.StartedAsync(_ => RunAsync(
            "truncate -s 16G \"$1/image\" && mkfs.ext4 -q -F -m 0 \"$1/image\" && mount -o loop,noatime \"$1/image\" \"$1/mounted\" && chmod 755 \"$1\" \"$1/mounted\"", place, cancellation));
    }

    /// <summary>Leaves no byte free.</summary>
    public Task FillAsync(CancellationToken cancellation) => RunAsync(Fill, Directory, cancellation);

    /// <summary>Frees what <see cref="FillAsync"/> took.</summary>
    public Task FreeAsync() => RunAsync("rm -f \"$1/ballast\" \"$1/rest\"", Directory, CancellationToken.None);

    public ValueTask DisposeAsync() => _cleanup.DisposeAsync();

    private static async Task RunAsync(string script, string argument, CancellationToken cancellation)
    {
        var (exitCode, output) = await Command.RunAsync(["sh", "-c", script, "sh", argument], cancellation);
        if (exitCode != 0) throw new InvalidOperationException($"a file system of its own could not be made: {output.Trim()}");
    }
}
