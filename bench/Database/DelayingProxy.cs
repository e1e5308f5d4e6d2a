using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Wingman.Bench.LoadGenerator;

namespace Wingman.Bench.Database;

/// <summary>
/// A proxy between a system and the database that delays every message by half of the round trip, in each direction, as if the
/// database were in another building. One thread checks all connections at every tick, so the proxy costs the same for every
/// system. A wait for each message would cost most for the system that sends the most messages.
/// </summary>
internal sealed class DelayingProxy : IDisposable
{
    private const int LargestMessage = 256 * 1024;
    private const int TicksPerCheckOfEnds = 500;

    private static readonly TimeSpan Tick = TimeSpan.FromMicroseconds(50);

    // The kernel sleeps about twice as long as the 50 us that are asked for; on average a message is detected after half of that.
    private static readonly TimeSpan NoticedLate = TimeSpan.FromMicroseconds(60);

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly EndPoint _database;
    private readonly long _oneWay;
    private readonly List<(Socket From, Socket To)> _directions = [];
    private readonly Queue<(long Due, byte[] Message, Socket To)> _underWay = [];
    private readonly byte[] _buffer = new byte[LargestMessage];
    private readonly Thread _thread;
    private volatile bool _isStopping;

    private DelayingProxy(EndPoint database, TimeSpan roundTrip)
    {
        _database = database;
        _oneWay = (long)(((roundTrip / 2) - NoticedLate).TotalSeconds * Stopwatch.Frequency);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _thread = new Thread(Run) { IsBackground = true, Name = "delaying proxy" };
        _thread.Start();
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
        _isStopping = true;
        _thread.Join();
        _listener.Dispose();
        foreach (var (from, _) in _directions) from.Dispose();
    }

    private void Run()
    {
        for (var tick = 0; !_isStopping; tick++)
        {
            if (_listener.Poll(0, SelectMode.SelectRead)) Accept();
            Collect();
            Deliver();
            if (tick % TicksPerCheckOfEnds == 0) DropEnded();
            PreciseDelay.Sleep(Tick);
        }
    }

    private void Accept()
    {
        var client = _listener.Accept();
        client.NoDelay = true;
        var isLocal = _database.AddressFamily == AddressFamily.Unix;
        var server = new Socket(_database.AddressFamily, SocketType.Stream, isLocal ? ProtocolType.Unspecified : ProtocolType.Tcp);
        server.Connect(_database);
        _directions.Add((client, server));
        _directions.Add((server, client));
    }

    private void Collect()
    {
        foreach (var (from, to) in _directions)
        {
            if (from.Available == 0) continue;
            var length = from.Receive(_buffer);
            _underWay.Enqueue((Stopwatch.GetTimestamp() + _oneWay, _buffer[..length], to));
        }
    }

    private void Deliver()
    {
        while (_underWay.TryPeek(out var next) && next.Due <= Stopwatch.GetTimestamp())
        {
            _underWay.Dequeue();
            try
            {
                next.To.Send(next.Message);
            }
            catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
            {
                // The receiver has hung up; the next check drops the connection.
            }
        }
    }

    /// <summary>A socket that is readable and has nothing to read was closed by its other end.</summary>
    private void DropEnded()
    {
        var ended = _directions.Where(direction => direction.From.Poll(0, SelectMode.SelectRead) && direction.From.Available == 0).ToList();
        foreach (var (from, to) in ended)
        {
            _directions.RemoveAll(direction => direction.From == from || direction.From == to);
            from.Dispose();
            to.Dispose();
        }
    }
}
