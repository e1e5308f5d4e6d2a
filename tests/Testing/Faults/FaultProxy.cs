using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Wingman.Testing;

/// <summary>The direction of a cut.</summary>
[Flags]
public enum CutDirection
{
    /// <summary>What the client sends does not arrive.</summary>
    ToServer = 1,

    /// <summary>What the server answers does not arrive.</summary>
    ToClient = 2,

    /// <summary>Nothing arrives anywhere.</summary>
    Both = ToServer | ToClient,
}

/// <summary>
/// A network between a host and its Postgres that can be broken on purpose. As in a real network, what is sent during a cut is
/// late, not lost: it arrives after the cut, even if its sender has given up meanwhile. (What the network has not taken yet when
/// its sender resets the connection is lost: see <see cref="UnderWay"/>.)
/// </summary>
public sealed partial class FaultProxy : IAsyncDisposable
{
    private readonly EndPoint _upstream;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stopped = new();
    private readonly ConcurrentDictionary<ProxiedConnection, Task> _connections = [];
    private readonly Task _accepting;
    private int _repliesToLose;
    private int _repliesLost;
    private int _underWay;

    private FaultProxy(EndPoint upstream, Socket listener)
    {
        (_upstream, _listener) = (upstream, listener);
        Address = (IPEndPoint)listener.LocalEndPoint!;
        _accepting = AcceptAsync();
    }

    /// <summary>Where clients connect.</summary>
    public IPEndPoint Address { get; }

    /// <summary>How long each chunk waits, in each direction, before it is passed on.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Which statements write. <see cref="LoseNextReplies"/> may lose the replies to their commits.</summary>
    public Func<string, bool> IsWrite { get; init; } = static sql => WritingStatement().IsMatch(sql);

    /// <summary>How many answers were lost on purpose so far.</summary>
    public int RepliesLost => Volatile.Read(ref _repliesLost);

    /// <summary>
    /// Chunks that the network has taken from their sender and not yet passed on: what a cut or a delay holds. A client that has
    /// received its reply, and has sent nothing since, has nothing under way.
    /// </summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>Connections open now.</summary>
    public int Connections => _connections.Count;

    internal Gate ToServer { get; } = new();

    internal Gate ToClient { get; } = new();

    /// <summary>Listens on a free port of the loopback interface.</summary>
    /// <param name="upstream">Postgres: a TCP address or a unix socket.</param>
    /// <param name="isWrite">Replaces the default of <see cref="IsWrite"/>.</param>
    public static FaultProxy Start(EndPoint upstream, Func<string, bool>? isWrite = null)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, FreePorts.Next()));
        listener.Listen();
        return isWrite is null ? new FaultProxy(upstream, listener) : new FaultProxy(upstream, listener) { IsWrite = isWrite };
    }

    /// <summary>Lets nothing pass in the given direction until <see cref="Heal"/>. Connections stay open.</summary>
    public void Cut(CutDirection direction)
    {
        if (direction.HasFlag(CutDirection.ToServer)) ToServer.Close();
        if (direction.HasFlag(CutDirection.ToClient)) ToClient.Close();
    }

    /// <summary>Lets everything pass again, in the order in which it was sent.</summary>
    public void Heal()
    {
        ToServer.Open();
        ToClient.Open();
    }

    /// <summary>Resets every open connection.</summary>
    /// <returns>How many there were.</returns>
    public int KillConnections()
    {
        var open = _connections.Keys.ToList();
        foreach (var connection in open) connection.Abort();
        return open.Count;
    }

    /// <summary>
    /// After each of the next commits that wrote something, keeps the answer back and closes the connection: the client
    /// cannot know that it was committed.
    /// </summary>
    /// <param name="count">How many answers; replaces what was left of an earlier call.</param>
    public void LoseNextReplies(int count) => Volatile.Write(ref _repliesToLose, count);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        _listener.Dispose();
        KillConnections();
        await _accepting;
        await Task.WhenAll(_connections.Values);
        _stopped.Dispose();
    }

    internal bool TakeReplyToLose()
    {
        for (var left = Volatile.Read(ref _repliesToLose); left > 0; left = Volatile.Read(ref _repliesToLose))
        {
            if (Interlocked.CompareExchange(ref _repliesToLose, left - 1, left) != left) continue;
            Interlocked.Increment(ref _repliesLost);
            return true;
        }

        return false;
    }

    internal void ChunkTaken() => Interlocked.Increment(ref _underWay);

    internal void ChunkPassedOn() => Interlocked.Decrement(ref _underWay);

    internal long DueNow() => Stopwatch.GetTimestamp() + (long)(Delay.TotalSeconds * Stopwatch.Frequency);

    internal static ValueTask WaitUntilDueAsync(long due, CancellationToken cancellation)
    {
        var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
        return left > TimeSpan.Zero ? new ValueTask(Task.Delay(left, cancellation)) : ValueTask.CompletedTask;
    }

    private async Task AcceptAsync()
    {
        while (!_stopped.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptAsync(_stopped.Token);
                _ = ServeAsync(client);
            }
            catch (Exception closed) when (closed is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The proxy was stopped, or a client closed its connection before it was accepted; the loop's condition distinguishes the two.
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var server = new Socket(_upstream.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        using var connection = new ProxiedConnection(client, server, this);
        try
        {
            client.NoDelay = true;
            if (_upstream is IPEndPoint) server.NoDelay = true;
            await server.ConnectAsync(_upstream, _stopped.Token);
        }
        catch (Exception refused) when (refused is SocketException or OperationCanceledException)
        {
            connection.Abort();
            return;
        }

        var served = connection.RunAsync(_stopped.Token);
        _connections[connection] = served;
        await served;
        _connections.TryRemove(connection, out _);
    }

    [GeneratedRegex(@"\b(insert|update|delete|commit)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex WritingStatement();
}
