using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Wingman.Silo.Storage.Batching;

namespace Wingman.Silo.Hosting;

/// <summary>
/// Lets a silo that starts again after a crash be reached only when all others know that the process before it, at the same
/// address, is dead.
/// </summary>
/// <remarks>
/// A silo that does not know of the old process's death connects to its address, reaches the new process, and uses the connection for
/// both. Ten seconds after it has learned of the death it closes "the dead silo's" connection, while it and the new process have calls to
/// each other in progress. Each call that is lost then waits for its timeout, and if it was a call to the directory of grains, every call
/// to that grain waits too. Orleans itself declares the predecessor dead as well, but only when the new silo already listens.
/// </remarks>
internal sealed partial class PredecessorGate(
    IMembershipTable table, ILocalSiloDetails silo, IOptions<ClusterMembershipOptions> membership, TimeProvider clock, ILogger<PredecessorGate> logger)
    : ILifecycleParticipant<ISiloLifecycle>
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>What a silo needs to read the table, beyond the time between two readings.</summary>
    private static readonly TimeSpan ReadingTime = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromMilliseconds(500);

    private Task<bool> _early = Task.FromResult(false);

    // The silos that may not have read of the declaration yet, and when that was made.
    private HashSet<(SiloAddress Silo, SiloStatus Status)> _unaware = [];
    private long _declaredAt;

    /// <summary>
    /// Does at once, beside the rest of the process's start, what <see cref="WaitAsync"/> does: the others learn of the death, and take
    /// the grains over, while this process still starts. Not if a process listens at this silo's address, or if it fails: then it is
    /// done when the database is known to be there.
    /// </summary>
    /// <returns>Whether it is done.</returns>
    public Task<bool> TryEarlyAsync() => _early = Task.Run(RunEarlyAsync);

    // After the database is known to be there, and long before the silo listens.
    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(PredecessorGate), ServiceLifecycleStage.First + 1, async cancellation =>
        {
            await _early.WaitAsync(cancellation);
            // Another process already listens at this address. Refuse now; otherwise this silo would declare that live process dead.
            if (await IsListenedToAsync() is true)
            {
                throw new StartRefusedException(
                    $"A process listens at {silo.SiloAddress.Endpoint} already, this silo's address: stop it, or set Orleans:Endpoints:SiloPort and Orleans:Endpoints:GatewayPort to ports of their own.");
            }

            // Again where it is done already: the database may have failed over since, and lost the declaration.
            await WaitAsync(cancellation);
        });

    /// <summary>Declares the predecessor dead, if there is one, and returns when every other silo has read so.</summary>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        await table.InitializeMembershipTableAsync(tryInitTableVersion: true, cancellation);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                var members = await table.ReadAllAsync(cancellation);
                if (members.Members.FirstOrDefault(member => IsPredecessor(member.Item1)) is { } predecessor)
                {
                    var (entry, etag) = predecessor;
                    entry.Status = SiloStatus.Dead;
                    _unaware = LivingIn(members);
                    try
                    {
                        // Others may have written the table meanwhile: then it is read again.
                        if (await table.UpdateRowAsync(entry, etag, members.Version.Next(), cancellation)) LogDeclared(entry.SiloAddress);
                    }
                    finally
                    {
                        // Also where the reply was lost.
                        _declaredAt = clock.GetTimestamp();
                    }

                    continue;
                }

                // A silo reads the whole table before it writes another status, and the write fails if the table has changed since.
                // So only a silo that has still the status that it had at the declaration may not have read of it.
                _unaware.IntersectWith(LivingIn(members));
                if (_unaware.Count == 0 || clock.GetElapsedTime(_declaredAt) >= membership.Value.TableRefreshTimeout + ReadingTime)
                    return;
            }
            catch (Exception exception) when (DatabaseError.IsOfDatabase(exception))
            {
                // The database is unavailable again. The next attempt finds out how far the last one got.
            }

            await Task.Delay(Pause, clock, cancellation);
        }
    }

    private async Task<bool> RunEarlyAsync()
    {
        try
        {
            if (await IsListenedToAsync() is not false) return false;
            await WaitAsync(CancellationToken.None);
            return true;
        }
        catch (Exception exception)
        {
            // The database may be away, or have no schema yet.
            LogNotEarly(exception);
            return false;
        }
    }

    /// <summary>Whether a process listens at this silo's address; null if that is unknown.</summary>
    private async Task<bool?> IsListenedToAsync()
    {
        var endpoint = silo.SiloAddress.Endpoint;
        using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var timeout = new CancellationTokenSource(ConnectTimeout, clock);
        try
        {
            await socket.ConnectAsync(endpoint, timeout.Token);
            // A socket that is given the same port by chance connects to itself.
            return !Equals(socket.LocalEndPoint, socket.RemoteEndPoint);
        }
        catch (SocketException failure)
        {
            return failure.SocketErrorCode == SocketError.ConnectionRefused ? false : null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static HashSet<(SiloAddress Silo, SiloStatus Status)> LivingIn(MembershipTableData table) =>
        [.. table.Members.Select(static member => (member.Item1.SiloAddress, member.Item1.Status)).Where(static member => member.Status != SiloStatus.Dead)];

    private bool IsPredecessor(MembershipEntry entry) =>
        entry.Status != SiloStatus.Dead
        && entry.SiloAddress.Endpoint.Equals(silo.SiloAddress.Endpoint)
        && entry.SiloAddress.Generation < silo.SiloAddress.Generation;

    [LoggerMessage(Level = LogLevel.Warning, Message = "The earlier process at this address did not leave the cluster; it is declared dead: {Silo}")]
    private partial void LogDeclared(SiloAddress silo);

    [LoggerMessage(Level = LogLevel.Debug, Message = "It was too early to find out whether an earlier process at this address left the cluster")]
    private partial void LogNotEarly(Exception exception);
}
