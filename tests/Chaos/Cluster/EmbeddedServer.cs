using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Wingman.Development;
using Wingman.Testing;

namespace Wingman.Chaos.Cluster;

/// <summary>One server on this machine. Its crash ends its processes; the operating system's cache survives.</summary>
internal sealed class EmbeddedServer : IChaosServer
{
    private static readonly TimeSpan RecoveryTime = TimeSpan.FromSeconds(60);

    private readonly EmbeddedPostgres _server;

    private EmbeddedServer(EmbeddedPostgres server, SmallDisk? disk)
    {
        (_server, Disk) = (server, disk);
        ConnectionString = new NpgsqlConnectionStringBuilder(server.GetConnectionString()) { ApplicationName = ChaosDatabase.Checker, MaxPoolSize = 10 }.ConnectionString;
        var address = new NpgsqlConnectionStringBuilder(ConnectionString);
        Addresses = [new UnixDomainSocketEndPoint(Path.Combine(address.Host!, $".s.PGSQL.{address.Port}"))];
    }

    /// <summary>The disk that it has for itself, if there is one.</summary>
    public SmallDisk? Disk { get; }

    public string ConnectionString { get; }

    public IReadOnlyList<EndPoint> Addresses { get; }

    /// <summary>Starts one.</summary>
    /// <param name="onDiskOfItsOwn">Whether its data lie on a disk that can be filled.</param>
    /// <param name="cancellation">Ends the start.</param>
    public static async Task<EmbeddedServer> StartAsync(bool onDiskOfItsOwn, CancellationToken cancellation)
    {
        var disk = onDiskOfItsOwn ? await SmallDisk.MountAsync(cancellation) : null;
        try
        {
            var options = disk is null
                ? EmbeddedPostgresOptions.ThrowAway()
                : new EmbeddedPostgresOptions { Directory = Path.Combine(disk.Directory, "postgres"), Keep = false };
            return new EmbeddedServer(await EmbeddedPostgres.StartAsync(options, NullLogger.Instance, cancellation), disk);
        }
        catch
        {
            if (disk is not null) await disk.DisposeAsync();
            throw;
        }
    }

    public async Task CrashAsync(TimeSpan downFor, Action starting, Action serving, CancellationToken cancellation)
    {
        await _server.StopAsync(immediate: true);
        try
        {
            await Task.Delay(downFor, cancellation);
        }
        finally
        {
            starting();
            await _server.StartAgainAsync(CancellationToken.None);
            serving();
        }
    }

    /// <summary>Waits until it serves; a server that ended is started again, as its service manager would.</summary>
    /// <param name="patience">What is added to the time that it may take.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task RecoverAsync(TimeSpan patience, CancellationToken cancellation) => Eventually.IsTrueAsync(
        "Postgres serves again",
        async checking =>
        {
            if (!IsRunning()) await _server.StartAgainAsync(checking);
            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false, Timeout = 2 }.ConnectionString);
            await connection.OpenAsync(checking);
            return true;
        },
        RecoveryTime + patience,
        cancellation);

    public async Task MakeCommitsLosableAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var forget = new NpgsqlCommand("set synchronous_commit = off", connection);
        await forget.ExecuteNonQueryAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        if (Disk is not null) await Disk.DisposeAsync();
    }

    private bool IsRunning()
    {
        try
        {
            // A process that ended and was not waited for yet has the state Z.
            var state = File.ReadAllText($"/proc/{_server.PostmasterPid}/stat");
            return state[(state.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }
}
