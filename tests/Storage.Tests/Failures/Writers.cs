using System.Collections.Concurrent;
using Orleans.Storage;
using Wingman.Matches;

namespace Wingman.Storage.Tests.Failures;

/// <summary>
/// Activations, each the only one of its grain, that write 1, 2, 3, ... while things break, and check each outcome: what was
/// acknowledged stays, a failed write is there as a whole or not at all, and nobody is told of a conflict with themselves.
/// </summary>
internal sealed class Writers : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopped = new();
    private readonly ConcurrentDictionary<Cell<MatchState>, int> _acknowledged = [];
    private readonly TimeSpan _limit;
    private readonly Task _running;
    private int _stored;
    private int _failed;

    public Writers(IGrainStorage storage, int count, TimeSpan limit)
    {
        _limit = limit;
        _running = Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(() => RunAsync(TextCell.New(storage)))));
    }

    public int Stored => Volatile.Read(ref _stored);

    public int Failed => Volatile.Read(ref _failed);

    /// <summary>Stops the writers and compares what each was told last with what the database has.</summary>
    public async Task StopAndCheckAsync()
    {
        await _stopped.CancelAsync();
        await _running;
        foreach (var (cell, number) in _acknowledged)
        {
            var read = await cell.Twin().ReadAsync();
            Assert.Equal($"{number}", read.Text());
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await _running;
        _stopped.Dispose();
    }

    private async Task RunAsync(Cell<MatchState> cell)
    {
        var stored = 0;
        while (!_stopped.IsCancellationRequested)
        {
            var begun = Environment.TickCount64;
            try
            {
                await cell.WriteAsync($"{stored + 1}");
                stored++;
                Assert.Equal($"{stored}", cell.ETag);
                Interlocked.Increment(ref _stored);
            }
            catch (StorageFailedException)
            {
                Interlocked.Increment(ref _failed);
                AssertInTime(begun);
                stored = await ReloadAsync(cell, stored);
            }

            AssertInTime(begun);
            _acknowledged[cell] = stored;
        }
    }

    /// <summary>Old or new, never anything else.</summary>
    private static async Task<int> ReloadAsync(Cell<MatchState> cell, int stored)
    {
        while (true)
        {
            try
            {
                await cell.ReadAsync();
                break;
            }
            catch (StorageFailedException)
            {
                // Still down: nothing is known yet.
            }
        }

        var found = int.Parse(cell.Text() ?? "0", System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(found, stored, stored + 1);
        Assert.Equal(found == 0 ? null : $"{found}", cell.ETag);
        return found;
    }

    private void AssertInTime(long begun)
    {
        var took = TimeSpan.FromMilliseconds(Environment.TickCount64 - begun);
        Assert.True(took < _limit, $"A write took {took} to end; {_limit} is the limit.");
    }
}
