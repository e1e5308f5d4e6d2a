using System.Collections.Concurrent;
using System.Globalization;
using Orleans.Storage;
using Wingman.Events;
using Wingman.Silo.Storage;
using Wingman.State;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Failures;

/// <summary>
/// Activations, each the only one of its session, that write 1, 2, 3, ... during failures, and check each outcome: what was
/// acknowledged is kept, a write with an unknown outcome is stored or not, and a conflict is only with the activation's own write.
/// </summary>
internal sealed class Writers : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopped = new();
    private readonly ConcurrentDictionary<SeededSession, int> _acknowledged = [];
    private readonly StorageFixture _fixture;
    private readonly ProductTables _tables;
    private readonly TimeSpan _limit;
    private readonly Task _running;
    private int _stored;
    private int _unknown;
    private int _failed;

    private Writers(StorageFixture fixture, ProductTables tables, SeededSession[] sessions, TimeSpan limit)
    {
        (_fixture, _tables, _limit) = (fixture, tables, limit);
        _running = Task.WhenAll(sessions.Select(session => Task.Run(() => RunAsync(session))));
    }

    /// <summary>Writes that were acknowledged so far.</summary>
    public int Stored => Volatile.Read(ref _stored);

    /// <summary>Writes that were stored although their reply was lost.</summary>
    public int Unknown => Volatile.Read(ref _unknown);

    /// <summary>Attempts that have ended, with any outcome.</summary>
    public int Ended => Stored + Unknown + Volatile.Read(ref _failed);

    public static async Task<Writers> StartAsync(StorageFixture fixture, ProductTables tables, int count, TimeSpan limit) =>
        new(fixture, tables, await SeededSession.InsertAsync(fixture, count), limit);

    /// <summary>Returns when so many more attempts have ended.</summary>
    public Task GoOnAsync(int attempts)
    {
        var seen = Ended;
        return Testing.Eventually.IsTrueAsync($"{attempts} more writes have ended", _ => Task.FromResult(_running.IsFaulted || Ended >= seen + attempts));
    }

    /// <summary>Stops the writers and compares the last outcome of each with the database.</summary>
    public async Task StopAndCheckAsync()
    {
        await _stopped.CancelAsync();
        await _running;
        foreach (var (session, number) in _acknowledged)
        {
            Assert.Equal(
                $"{number} {number}",
                await _fixture.ScalarAsync<string>("""
                    select concat_ws(' ', coalesce(notes, '0'), (select count(*) from wingman.events where session_id = s.id))
                    from wingman_sessions s where id = $1
                    """, session.Id));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await _running;
        _stopped.Dispose();
    }

    private async Task RunAsync(SeededSession session)
    {
        var (version, stored) = await ReadAsync(session);
        while (!_stopped.IsCancellationRequested)
        {
            var begun = Environment.TickCount64;
            try
            {
                version = await session.WriteAsync(_tables, version, Numbered(session, stored + 1));
                stored++;
                Interlocked.Increment(ref _stored);
            }
            catch (InconsistentStateException)
            {
                (version, var found) = await ReadAsync(session);
                Assert.Equal(stored + 1, found);
                stored = found;
                Interlocked.Increment(ref _unknown);
            }
            catch (StorageException exception)
            {
                Assert.Equal(StorageFailure.Unavailable, exception.Failure);
                Interlocked.Increment(ref _failed);
                AssertInTime(begun);
                (version, var found) = await ReadAsync(session);
                Assert.InRange(found, stored, stored + 1);
                stored = found;
                begun = Environment.TickCount64;
            }

            AssertInTime(begun);
            _acknowledged[session] = stored;
        }
    }

    private static Sessions.SessionState Numbered(SeededSession session, int number) =>
        session.State(Sessions.SessionStatus.Scheduled, EventKind.NotesUpdated, new(session.User1)) with
        {
            NewNotes = number.ToString(CultureInfo.InvariantCulture),
        };

    private async Task<(RowVersion Version, int Number)> ReadAsync(SeededSession session)
    {
        while (true)
        {
            try
            {
                var version = await session.VersionAsync(_tables);
                var notes = (await _tables.FindAsync(session.Key))!.Notes;
                return (version, notes is null ? 0 : int.Parse(notes, CultureInfo.InvariantCulture));
            }
            catch (StorageException exception) when (exception.Failure == StorageFailure.Unavailable)
            {
                // The server is still down, so the outcome is not known yet.
            }
        }
    }

    private void AssertInTime(long begun)
    {
        var took = TimeSpan.FromMilliseconds(Environment.TickCount64 - begun);
        Assert.True(took < _limit, $"A write took {took} to end; {_limit} is the limit.");
    }
}
