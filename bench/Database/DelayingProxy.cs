using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Wingman.Bench.LoadGenerator;

namespace Wingman.Bench.Database;

/// <summary>
/// Stands between a system and the database and holds every message for half of the round trip, each way: a database in
/// another building. A thread per direction: waiting for a timer's tick would be longer than the delay.
/// </summary>
internal sealed class DelayingProxy : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly EndPoint _database;
    private readonly TimeSpan _oneWay;
    private readonly List<Socket> _sockets = [];
    private readonly Lock _gate = new();

    private DelayingProxy(EndPoint database, TimeSpan roundTrip)
    {
        _database = database;
        _oneWay = roundTrip / 2;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        new Thread(Accept) { IsBackground = true, Name = "proxy accept" }.Start();
    }

    public Uri Address => new($"tcp://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}");

    public static DelayingProxy Before(string connectionString, TimeSpan roundTrip)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var host = settings.Host ?? "localhost";
        EndPoint database = host.StartsWith('/')
            ? new UnixDomainSocketEndPoint($"{host}/.s.PGSQL.{settings.Port}")
            : new IPEndPoint(Dns.GetHostAddresses(host)[0], settings.Port);
        return new DelayingProxy(database, roundTrip);
    }

    public void Dispose()
    {
        _listener.Dispose();
        lock (_gate)
        {
            foreach (var socket in _sockets) socket.Dispose();
        }
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                var client = _listener.Accept();
                client.NoDelay = true;
                var isLocal = _database.AddressFamily == AddressFamily.Unix;
                var server = new Socket(_database.AddressFamily, SocketType.Stream, isLocal ? ProtocolType.Unspecified : ProtocolType.Tcp);
                server.Connect(_database);
                lock (_gate) _sockets.AddRange([client, server]);
                new Thread(() => Forward(client, server)) { IsBackground = true, Name = "proxy to database" }.Start();
                new Thread(() => Forward(server, client)) { IsBackground = true, Name = "proxy from database" }.Start();
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // Disposed: no more connections.
        }
    }

    private void Forward(Socket from, Socket to)
    {
        var buffer = new byte[256 * 1024];
        try
        {
            while (from.Receive(buffer) is > 0 and var count)
            {
                var due = Stopwatch.GetTimestamp() + (long)(_oneWay.TotalSeconds * Stopwatch.Frequency);
                while (due - Stopwatch.GetTimestamp() is > 0 and var left)
                    PreciseDelay.Sleep(TimeSpan.FromSeconds((double)left / Stopwatch.Frequency));
                to.Send(buffer.AsSpan(0, count));
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // One side is gone; the other learns it from its own closed socket.
            from.Dispose();
            to.Dispose();
        }
    }
}
