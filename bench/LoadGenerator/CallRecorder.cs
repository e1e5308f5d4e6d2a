using System.Diagnostics;
using HdrHistogram;

namespace Wingman.Bench.LoadGenerator;

/// <summary>
/// Records the outcome of each call. A call's slot is written by one connection only, so connections share only the count of
/// failures.
/// </summary>
internal sealed class CallRecorder(IWorkload workload)
{
    private const long HighestMicroseconds = 120_000_000;

    private readonly bool[] _answered = new bool[workload.Count];
    private readonly long[] _answeredAt = new long[workload.Count];
    private readonly long[] _ticks = new long[workload.Count];
    private int _refused;
    private int _failures;
    private string? _firstFailure;

    public void Answer(int index, long startedAt, in HttpAnswer answer)
    {
        _answeredAt[index] = Stopwatch.GetTimestamp();
        _ticks[index] = _answeredAt[index] - startedAt;
        if (workload.IsExpected(answer.Status, answer.Body.Span))
        {
            _answered[index] = true;
        }
        else if (workload.MayBeRefused && answer.IsRefusal)
        {
            Interlocked.Increment(ref _refused);
            workload.Refused(index);
        }
        else
        {
            Fail(answer.Describe());
        }
    }

    /// <summary>Whether a call got its expected answer.</summary>
    public bool IsAnswered(int index) => _answered[index];

    public void Fail(string what)
    {
        Interlocked.Increment(ref _failures);
        Interlocked.CompareExchange(ref _firstFailure, what, null);
    }

    /// <summary>The outcome of all calls. Every one of them has its answer, or has failed.</summary>
    /// <param name="elapsed">The time for which rates are counted.</param>
    /// <param name="until">Its end, if answers came after it: they do not count for rates.</param>
    public LoadResult Finish(TimeSpan elapsed, long until = long.MaxValue)
    {
        var (answers, others) = (new LongHistogram(HighestMicroseconds, 3), new LongHistogram(HighestMicroseconds, 3));
        for (var index = 0; index < _ticks.Length; index++)
        {
            if (_answeredAt[index] == 0) continue;
            var microseconds = _ticks[index] * 1_000_000 / Stopwatch.Frequency;
            (_answered[index] ? answers : others).RecordValue(Math.Clamp(microseconds, 1, HighestMicroseconds));
        }

        return new LoadResult(_answered, _answeredAt, answers, others, elapsed, until, _refused, _failures, _firstFailure);
    }
}
