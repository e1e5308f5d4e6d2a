using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Wingman.Development;

namespace Wingman.Storage.Tests.Development;

/// <summary>This assembly as a process of its own that holds a server, so that tests can kill it.</summary>
internal static class ServerHolder
{
    /// <summary>Starts a server on the directory and holds it until the end of standard input.</summary>
    public static async Task Main(string[] args)
    {
        var options = new EmbeddedPostgresOptions { Directory = args[0], Keep = args[1] == "keep" };
        await using var server = await EmbeddedPostgres.StartAsync(options, NullLogger.Instance, CancellationToken.None);
        Console.WriteLine("serving");
        await Console.In.ReadToEndAsync();
    }

    /// <summary>Starts such a process and waits until it has its server.</summary>
    public static async Task<Process> StartAsync(string directory, bool keep)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(ServerHolder).Assembly.Location, directory, keep ? "keep" : "discard"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        Assert.Equal("serving", await process.StandardOutput.ReadLineAsync());
        return process;
    }
}
