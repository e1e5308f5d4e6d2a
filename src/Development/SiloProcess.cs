using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Wingman.Development;

/// <summary>
/// The process of a silo that another process of the same machine can kill. A silo in Development is named by the id of its process.
/// One outside Development is not, so its process cannot be found.
/// </summary>
/// <param name="Machine">The host name of the silo's machine.</param>
/// <param name="SiloName">The silo's name.</param>
/// <param name="StartedAt">When the silo started, in UTC.</param>
public sealed record SiloProcess(string Machine, string SiloName, DateTime StartedAt)
{
    private const string Prefix = "process-";

    /// <summary>The name of a silo in this process.</summary>
    public static string OwnName { get; } = $"{Prefix}{Environment.ProcessId}";

    /// <summary>Whether it is this process.</summary>
    public bool IsOwn => IsHere && SiloName == OwnName;

    /// <summary>Whether it runs on this machine, and can be killed.</summary>
    public bool IsRunning
    {
        get
        {
            using var process = Find();
            return process is not null;
        }
    }

    private bool IsHere => Machine == Dns.GetHostName();

    /// <summary>Ends it as a crash would: none of its code runs any more. Nothing happens if it has ended.</summary>
    public void Kill()
    {
        using var process = Find();
        process?.Kill();
    }

    private Process? Find()
    {
        if (!IsHere || !SiloName.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        if (!int.TryParse(SiloName.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return null;

        Process? process = null;
        try
        {
            process = Process.GetProcessById(id);
            // The system gives the id of a process that has ended to a later one.
            if (process.StartTime.ToUniversalTime() <= StartedAt) return process;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // It has ended, before or meanwhile, or the system does not let this user see it.
        }

        process?.Dispose();
        return null;
    }
}
