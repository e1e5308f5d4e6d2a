using System.Diagnostics;
using System.Net;
using Npgsql;
using Wingman.Development;
using Wingman.Testing;

namespace Wingman.Chaos.Cluster;

/// <summary>
/// A server on a machine of its own: a kernel that runs as a process (user-mode Linux), with its own page cache and a disk
/// that is an image file. A crash ends the kernel, so all that it had not written to the disk is lost, as in a power cut.
/// </summary>
internal sealed class PowerCutServer : IChaosServer
{
    private const string Kernel = "linux.uml";
    private static readonly TimeSpan BootTime = TimeSpan.FromSeconds(180);

    private readonly string _directory;
    private readonly string _cable = $"wm{Guid.NewGuid():N}"[..12];
    private readonly Cable _addresses = Cable.Random();
    private readonly string _binaries;
    private readonly string _owner;
    private readonly CleanupShell _cleanup;
    private readonly LogTail _console = new(60, null);
    private Process? _kernel;

    private PowerCutServer(string directory, string binaries, string owner)
    {
        (_directory, _binaries, _owner) = (directory, binaries, owner);
        _cleanup = CleanupShell.Start("ip tuntap del dev \"$2\" mode tap 2>/dev/null; rm -rf -- \"$1\"", directory, _cable);
    }

    public string ConnectionString => new NpgsqlConnectionStringBuilder(ChaosDatabase.CheckersConnectionTo(_addresses.Guest))
    {
        MaxPoolSize = 4,
        // A guest kernel has a part of one processor.
        Timeout = 30,
        CommandTimeout = 30,
        CancellationTimeout = -1,
        // After a power cut no connection is closed: only keep-alive packets tell a client that its server is gone.
        TcpKeepAlive = true,
        TcpKeepAliveTime = 2,
        TcpKeepAliveInterval = 1,
    }.ConnectionString;

    public IReadOnlyList<EndPoint> Addresses => [new IPEndPoint(IPAddress.Parse(_addresses.Guest), NpgsqlConnection.DefaultPort)];

    public IReadOnlyDictionary<string, string> HostSettings { get; } = new Dictionary<string, string>
    {
        // The guest has one processor, which every connection loads.
        ["Wingman:Storage:Lanes"] = "1",
        ["Wingman:Storage:ReadLanes"] = "1",
    };

    public int MaxHosts => 1;

    /// <summary>What is missing on this machine; null if nothing is.</summary>
    public static string? WhatIsMissing()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) return "only root on Linux can give the guest its network";
        if (!File.Exists("/dev/net/tun")) return "/dev/net/tun is missing";
        foreach (var (program, package) in new[] { (Kernel, "user-mode-linux"), ("mkfs.ext4", "e2fsprogs"), ("ip", "iproute2"), ("setpriv", "util-linux") })
        {
            if (!Array.Exists((string[])["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin"], place => File.Exists(Path.Combine(place, program))))
                return $"{program} is missing (Debian: {package})";
        }

        return null;
    }

    /// <summary>Builds the machine and boots it.</summary>
    public static async Task<PowerCutServer> StartAsync(CancellationToken cancellation)
    {
        var binaries = await PostgresBinaries.FindAsync(null, cancellation);
        var directory = Path.Combine(Path.GetTempPath(), $"wingman-uml-{Guid.NewGuid():N}"[..24]);
        Directory.CreateDirectory(directory);
        var account = await ServerAccount.ForAsync(Path.Combine(directory, "data"), cancellation);
        return await new PowerCutServer(directory, binaries.Directory, account.Owner!).StartedAsync(async server =>
        {
            await server.PrepareAsync(cancellation);
            await server.BootAsync(cancellation);
        });
    }

    public async Task CrashAsync(TimeSpan downFor, Action starting, Action serving, CancellationToken cancellation)
    {
        await CutAsync();
        await Task.Delay(downFor, cancellation);
        starting();
        await BootAsync(cancellation);
        serving();
    }

    public async Task MakeCommitsLosableAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var forget = new NpgsqlCommand("set synchronous_commit = off", connection);
        await forget.ExecuteNonQueryAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await CutAsync();
        await _cleanup.DisposeAsync();
        _console.Dispose();
    }

    private string Script => Path.Combine(_directory, "machine.sh");

    private string Disk => Path.Combine(_directory, "disk");

    private async Task PrepareAsync(CancellationToken cancellation)
    {
        using (var source = typeof(PowerCutServer).Assembly.GetManifestResourceStream("Wingman.Chaos.Cluster.machine.sh")!)
        using (var copy = File.Create(Script))
            await source.CopyToAsync(copy, cancellation);
        await RunAsync(["chmod", "755", Script], cancellation);
        await RunAsync(["truncate", "-s", "8G", Disk], cancellation);
        await RunAsync(["mkfs.ext4", "-q", "-F", Disk], cancellation);
        await RunAsync(["ip", "tuntap", "add", "dev", _cable, "mode", "tap"], cancellation);
        await RunAsync(["ip", "addr", "add", $"{_addresses.Host}/30", "dev", _cable], cancellation);
        await RunAsync(["ip", "link", "set", _cable, "up"], cancellation);
    }

    private async Task BootAsync(CancellationToken cancellation)
    {
        // In a session of its own: the guest's processes are the host's too, and all are ended with one signal.
        var start = Command.Describe(
        [
            "setsid", Kernel, "mem=640M", "root=/dev/root", "rootfstype=hostfs", "ro", $"init={Script}", $"ubd0={Disk}", $"eth0=tuntap,{_cable},02:00:00:00:00:02",
            "con=null", "con0=null,fd:1", "ssl=null", $"uml_dir={_directory}", $"umid=machine", "quiet",
            $"WINGMAN_ADDRESS={_addresses.Guest}", $"WINGMAN_HOST={_addresses.Host}", $"WINGMAN_BINARIES={_binaries}", $"WINGMAN_OWNER={_owner}",
        ]);
        _kernel = WatchedProcess.Start(start, _console, leadsGroup: true);
        await WaitUntilServingAsync(cancellation);
    }

    private async Task WaitUntilServingAsync(CancellationToken cancellation)
    {
        try
        {
            await Eventually.IsTrueAsync(
                "the machine serves",
                async checking =>
                {
                    await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false, Timeout = 15 }.ConnectionString);
                    await connection.OpenAsync(checking);
                    return true;
                },
                BootTime,
                cancellation);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}\n--- its console ends with\n{_console}", late);
        }
    }

    private async Task CutAsync()
    {
        if (_kernel is not { } kernel) return;
        Signals.Send(-kernel.Id, Signal.Kill);
        await kernel.WaitForExitAsync();
        ProcessWatchdog.Forget(-kernel.Id);
        kernel.Dispose();
        _kernel = null;
    }

    private static async Task RunAsync(IReadOnlyList<string> command, CancellationToken cancellation)
    {
        var (exitCode, output) = await Command.RunAsync(command, cancellation);
        if (exitCode != 0) throw new InvalidOperationException($"{string.Join(' ', command)} failed: {output.Trim()}");
    }

    /// <summary>The two ends of the guest's network, in the range that is set aside for tests of networks.</summary>
    private sealed record Cable(string Host, string Guest)
    {
        public static Cable Random()
        {
            var (third, fourth) = (System.Random.Shared.Next(256), System.Random.Shared.Next(64) * 4);
            return new($"198.18.{third}.{fourth + 1}", $"198.18.{third}.{fourth + 2}");
        }
    }
}
