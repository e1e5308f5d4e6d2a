namespace Wingman.Chaos.Faults;

/// <summary>One fault that was injected.</summary>
internal sealed class FaultRecord(int number, string kind, long startedAt, TimeSpan grace)
{
    private long _healedAt;

    public int Number => number;

    public string Kind => kind;

    /// <summary>The host or the part that it affected.</summary>
    public string Target { get; set; } = "";

    public long StartedAt => startedAt;

    /// <summary>By how much it moved the clock of a host; null if it did not.</summary>
    public TimeSpan? ClockJump { get; set; }

    /// <summary>When the fault was repaired: connections pass again, the process runs again. 0 while it lasts.</summary>
    public long HealedAt => Volatile.Read(ref _healedAt);

    /// <summary>How long the restarted process or server took until it was ready; null if nothing was restarted.</summary>
    public TimeSpan? RestartTook { get; set; }

    /// <summary>From when on the fault explains no failure any more; never while the fault lasts.</summary>
    public long EndsAt => HealedAt == 0 ? long.MaxValue : HealedAt + RunClock.Ticks(grace);

    public void Heal() => Interlocked.CompareExchange(ref _healedAt, RunClock.Now, 0);

    public override string ToString() => $"#{Number} {Kind}{(Target.Length > 0 ? " " : "")}{Target}";
}

/// <summary>All faults of a run, and so the times in which a failing request has an explanation.</summary>
internal sealed class FaultLog
{
    private readonly Lock _gate = new();
    private readonly List<FaultRecord> _faults = [];

    public IReadOnlyList<FaultRecord> All
    {
        get
        {
            lock (_gate)
                return [.. _faults];
        }
    }

    public FaultRecord Begin(string kind, TimeSpan grace)
    {
        lock (_gate)
        {
            var fault = new FaultRecord(_faults.Count + 1, kind, RunClock.Now, grace);
            _faults.Add(fault);
            return fault;
        }
    }

    /// <summary>Whether no fault, nor the time given to recover from one, touches the interval.</summary>
    public bool IsQuiet(long from, long until)
    {
        lock (_gate)
            return !_faults.Exists(fault => fault.StartedAt <= until && fault.EndsAt >= from);
    }

    /// <summary>Whether a fault suspends the host at the moment, or waits for the suspended process to end.</summary>
    public bool IsSuspended(string host)
    {
        var now = RunClock.Now;
        return WasSuspended(host, now, now);
    }

    /// <summary>The same at any time of an interval.</summary>
    public bool WasSuspended(string host, long from, long until)
    {
        lock (_gate)
        {
            return _faults.Exists(fault =>
                fault.Kind == SuspendSilo.Kind && fault.Target == host && fault.StartedAt <= until && (fault.HealedAt == 0 || fault.HealedAt >= from));
        }
    }
}
