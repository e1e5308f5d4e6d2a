using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Storage;
using Wingman.Schedules.Exploring;
using Wingman.Testing;

namespace Wingman.Schedules.Scenarios;

/// <summary>A row of marks: like confirmations, each is set once and stays.</summary>
internal sealed record Marks(long Bits);

/// <summary>A grain that decides, writes, reads again after a conflict and decides again, as all grains on rows do.</summary>
internal sealed class MarkGrain(IGrainContext context, IPersistentState<Marks> row, TimeProvider clock)
    : RowGrain<Marks>(context, row, clock, NullLogger.Instance)
{
    protected override TimeSpan MaxAge => TimeSpan.Zero;

    public Task SetAsync(long mark) => DecideAsync((marks, _) => (marks!.Bits & mark) != 0 ? new(true) : new Decision<bool, Marks>(true, new(marks.Bits | mark)));

    protected override bool IsFinal(Marks? state) => false;

    protected override bool IsOwn(Marks written, Marks read) => written == read;
}

/// <summary>Activations of the same row in two silos, neither of which knows of the other; each runs one call at a time.</summary>
internal sealed class MarkGrains(Explorer explorer, SimulatedStorage storage)
{
    private readonly Dictionary<(int Silo, Guid Row), Activation> _activations = [];

    /// <summary>Sets a mark, by the activation of a silo.</summary>
    public async Task CallAsync(int silo, Guid row, long mark)
    {
        if (!_activations.TryGetValue((silo, row), out var activation) || activation.IsGone)
            _activations[(silo, row)] = activation = new(explorer, storage, row);
        await activation.CallAsync(mark);
    }

    private sealed class Activation
    {
        private readonly FakeGrainContext _context;
        private readonly MarkGrain _grain;
        private Task _last = Task.CompletedTask;

        public Activation(Explorer explorer, SimulatedStorage storage, Guid row)
        {
            (var context, _context) = FakeGrainContext.Create(GrainId.Create("marks", row.ToString("N")));
            _grain = new(context, new OnDemandState<Marks>("marks", context, new LaneStorage(storage, row)), new ExploredClock(explorer));
        }

        public bool IsGone => _context.Deactivations > 0;

        public async Task CallAsync(long mark)
        {
            var before = _last;
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _last = done.Task;
            await before;
            try
            {
                await _grain.SetAsync(mark);
            }
            finally
            {
                done.SetResult();
            }
        }
    }

    /// <summary>The storage of grains on the lanes, as in RowStorage.</summary>
    private sealed class LaneStorage(SimulatedStorage storage, Guid row) : IGrainStorage
    {
        public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            var read = await storage.ReadAsync(row);
            grainState.State = (T)(object)new Marks(read!.Value);
            grainState.ETag = read.Version.ToString();
            grainState.RecordExists = true;
        }

        public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            var version = await storage.WriteAsync(row, RowVersion.Parse(grainState.ETag)!.Value, ((Marks)(object)grainState.State!).Bits);
            grainState.ETag = version.ToString();
        }

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();
    }

    private sealed class ExploredClock(Explorer explorer) : TimeProvider
    {
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => explorer.Now.Ticks;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + explorer.Now;
    }
}
