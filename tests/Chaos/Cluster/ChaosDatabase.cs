using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Wingman.Silo.Development;
using Wingman.Testing;

namespace Wingman.Chaos.Cluster;

/// <summary>A throw-away Postgres server that hosts reach through proxies and checkers directly.</summary>
internal sealed class ChaosDatabase : IAsyncDisposable
{
    private readonly EmbeddedPostgres _server;
    private readonly string _socket;

    private ChaosDatabase(EmbeddedPostgres server)
    {
        _server = server;
        var direct = new NpgsqlConnectionStringBuilder(server.GetConnectionString()) { ApplicationName = "chaos", MaxPoolSize = 10 };
        _socket = Path.Combine(direct.Host!, $".s.PGSQL.{direct.Port}");
        Direct = NpgsqlDataSource.Create(direct);
    }

    /// <summary>The database without a proxy between.</summary>
    public NpgsqlDataSource Direct { get; }

    public static async Task<ChaosDatabase> StartAsync(CancellationToken cancellation) =>
        new(await EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.ThrowAway(), NullLogger.Instance, cancellation));

    /// <summary>A network of its own between a host and this server.</summary>
    public FaultProxy CreateProxy() => FaultProxy.Start(new UnixDomainSocketEndPoint(_socket), IsGrainWrite);

    /// <summary>How a host reaches the server through its proxy.</summary>
    public string ConnectionStringThrough(FaultProxy proxy) =>
        new NpgsqlConnectionStringBuilder(_server.GetConnectionString())
        {
            Host = IPAddress.Loopback.ToString(),
            Port = proxy.Address.Port,
        }.ConnectionString;

    /// <summary>Stops the server as a crash would, and starts it again.</summary>
    public async Task CrashAsync(TimeSpan downFor, Action started, CancellationToken cancellation)
    {
        await _server.StopAsync(immediate: true);
        try
        {
            await Task.Delay(downFor, cancellation);
        }
        finally
        {
            started();
            await _server.StartAgainAsync(CancellationToken.None);
        }
    }

    /// <summary>Ends the backends of some of the hosts' connections.</summary>
    /// <returns>How many.</returns>
    public async Task<int> TerminateBackendsAsync(int atMost, CancellationToken cancellation)
    {
        await using var terminate = Direct.CreateCommand(
            """
            select count(pg_terminate_backend(pid)) from (
              select pid from pg_stat_activity
              where backend_type = 'client backend' and datname = current_database() and application_name <> 'chaos' and pid <> pg_backend_pid()
              order by random() limit $1) as chosen
            """);
        terminate.Parameters.Add(new NpgsqlParameter { Value = atMost });
        return (int)(long)(await terminate.ExecuteScalarAsync(cancellation))!;
    }

    public async ValueTask DisposeAsync()
    {
        await Direct.DisposeAsync();
        await _server.DisposeAsync();
    }

    /// <summary>The statements of grains: all of them append to the log.</summary>
    private static bool IsGrainWrite(string sql) => sql.Contains("insert into wingman.events", StringComparison.OrdinalIgnoreCase);
}
