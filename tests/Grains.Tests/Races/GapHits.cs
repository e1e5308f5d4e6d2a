using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Wingman.Testing.Models;

namespace Wingman.Grains.Tests.Races;

/// <summary>How often another program wrote in each gap.</summary>
internal sealed class GapHits
{
    private static readonly Gap[] Gaps = Enum.GetValues<Gap>();

    private readonly ConcurrentDictionary<(Gap Gap, OtherAct Act), int> _hits = [];

    /// <summary>All possible combinations. An insert of a session only prevents the deletion of its match, so no write waits for it.</summary>
    public static IEnumerable<(Gap Gap, OtherAct Act)> All { get; } =
        from gap in Gaps
        from act in Enum.GetValues<OtherAct>()
        where act != OtherAct.InsertAnotherSession || gap is not (Gap.DuringLockWait or Gap.WhileDeferred)
        select (gap, act);

    /// <summary>What was never hit.</summary>
    public IEnumerable<(Gap Gap, OtherAct Act)> Missed => All.Where(cell => !_hits.ContainsKey(cell));

    /// <summary>The gaps in which no act hit anything.</summary>
    public IEnumerable<Gap> MissedGaps => Gaps.Where(gap => !_hits.Keys.Any(hit => hit.Gap == gap));

    public void Add(Gap gap, OtherAct act) => _hits.AddOrUpdate((gap, act), 1, static (_, count) => count + 1);

    public override string ToString()
    {
        var text = new StringBuilder().AppendLine(CultureInfo.InvariantCulture, $"{"",-22}{string.Concat(Gaps.Select(gap => $"{gap,23}"))}");
        foreach (var act in Enum.GetValues<OtherAct>())
            text.AppendLine(CultureInfo.InvariantCulture, $"{act,-22}{string.Concat(Gaps.Select(gap => $"{_hits.GetValueOrDefault((gap, act)),23}"))}");
        return text.ToString();
    }
}
