using Wingman.Chaos.Faults;

namespace Wingman.Chaos.Load;

/// <summary>A time in which one session got no good answer.</summary>
internal sealed record Interruption(long From, long Until);

/// <summary>The load's calls and their outcomes, counted by time, so that they can be compared with the faults.</summary>
internal sealed class LoadJournal(FaultLog faults)
{
    private static readonly TimeSpan Bucket = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    /// <summary>
    /// In a run that does not judge speed a client waits longer than this. Whatever the fault is, within this time the service answers or the
    /// connection breaks. Only a host that is suspended does neither.
    /// </summary>
    private static readonly TimeSpan Hung = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly long _startedAt = RunClock.Now;
    private readonly List<int> _answered = [];
    private readonly List<Call> _failed = [];
    private readonly List<Interruption> _interruptions = [];
    private long _total;
    private long _lost;
    private long _fiveHundreds;

    /// <summary>Calls answered below 500.</summary>
    public long Answered => Volatile.Read(ref _total);

    /// <summary>Calls that got no answer.</summary>
    public long Lost => Volatile.Read(ref _lost);

    /// <summary>Calls answered 500 or more.</summary>
    public long FiveHundreds => Volatile.Read(ref _fiveHundreds);

    public TimeSpan Elapsed => RunClock.Between(_startedAt, RunClock.Now);

    public IReadOnlyList<Interruption> Interruptions
    {
        get
        {
            lock (_gate)
                return [.. _interruptions];
        }
    }

    /// <summary>Records a call.</summary>
    public void Observe(Call call)
    {
        switch (call.Outcome)
        {
            case CallOutcome.Answered:
                CountAnswer(call.ReturnedAt);
                break;
            case CallOutcome.Failed or CallOutcome.Lost:
                Interlocked.Increment(ref call.Outcome == CallOutcome.Failed ? ref _fiveHundreds : ref _lost);
                lock (_gate)
                    _failed.Add(call);
                break;
        }
    }

    /// <summary>Records how long a user had to wait for a good answer, if the wait was long or needed a retry.</summary>
    public void Served(long firstAskedAt, long answeredAt, bool retried)
    {
        if (!retried && RunClock.Between(firstAskedAt, answeredAt) < Slow) return;
        lock (_gate)
            _interruptions.Add(new Interruption(firstAskedAt, answeredAt));
    }

    /// <summary>Failed and unanswered calls that no fault explains.</summary>
    /// <param name="judgesSpeed">
    /// Whether that the service's time was up needs a fault as its explanation. Otherwise a slow machine explains it, but nothing explains a call
    /// that waited much longer than any fault can delay an answer.
    /// </param>
    public IReadOnlyList<Call> Unexplained(bool judgesSpeed = true)
    {
        lock (_gate)
            return [.. _failed.Where(call => judgesSpeed ? IsQuiet(call) : IsHung(call) || (IsQuiet(call) && !call.IsOutOfTime))];
    }

    /// <summary>How many answers outside of faults were that a time of the service was up.</summary>
    public int OutOfTime()
    {
        lock (_gate)
            return _failed.Count(call => call.IsOutOfTime && IsQuiet(call));
    }

    /// <summary>Answers, and the time they took, outside the faults and the time given to recover from them.</summary>
    public (long Answers, TimeSpan Time) OutsideFaults()
    {
        long answers = 0;
        var quietBuckets = 0;
        lock (_gate)
        {
            var step = RunClock.Ticks(Bucket);
            for (var i = 0; i < _answered.Count; i++)
            {
                var from = _startedAt + (i * step);
                if (!faults.IsQuiet(from, from + step)) continue;
                answers += _answered[i];
                quietBuckets++;
            }
        }

        return (answers, quietBuckets * Bucket);
    }

    private bool IsQuiet(Call call) => faults.IsQuiet(call.InvokedAt, call.ReturnedAt);

    private bool IsHung(Call call) =>
        call.Outcome == CallOutcome.Lost && call.Took >= Hung && !faults.WasSuspended(call.Host, call.InvokedAt, call.ReturnedAt);

    private void CountAnswer(long at)
    {
        Interlocked.Increment(ref _total);
        var bucket = (int)((at - _startedAt) / RunClock.Ticks(Bucket));
        lock (_gate)
        {
            while (_answered.Count <= bucket) _answered.Add(0);
            _answered[bucket]++;
        }
    }
}
