using System.Globalization;
using System.Text;
using System.Text.Json;
using Wingman.Chaos.Checking;
using Wingman.Chaos.Explanations;
using Wingman.Chaos.Load;

namespace Wingman.Chaos.Reporting;

/// <summary>All faults of one kind.</summary>
internal sealed record KindReport(string Kind, int Count, int Interrupted, Spread FromStart, Spread FromHeal, Spread Restart);

/// <summary>The result of a run.</summary>
internal sealed record ChaosReport
{
    /// <summary>Within so many seconds after a fault's end all users must be served again.</summary>
    private const double LongestRecovery = 10;

    /// <summary>From so many seconds on, a run must have had enough sessions to explain.</summary>
    private const double LongRun = 600;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public required int Seed { get; init; }

    public required string Topology { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Calls answered below 500.</summary>
    public required long Operations { get; init; }

    public required double RateOutsideFaults { get; init; }

    /// <summary>Whether the run judges the rate and the time of recovery.</summary>
    public bool JudgesSpeed { get; init; } = true;

    /// <summary>The least rate that was asked for.</summary>
    public required double Floor { get; init; }

    public required double SecondsOutsideFaults { get; init; }

    public required long FiveHundreds { get; init; }

    public required long Unanswered { get; init; }

    /// <summary>Answers outside of faults that a time of the service was up. Where speed is judged, each of them is an unexplained failure.</summary>
    public int OutOfTime { get; init; }

    public required int HistoriesChecked { get; init; }

    public required long OperationsInHistories { get; init; }

    /// <summary>Sessions that the old backend confirmed too.</summary>
    public required int SharedSessions { get; init; }

    /// <summary>Answers that were compared with the description of the API.</summary>
    public long AnswersCompared { get; init; }

    public required int Snapshots { get; init; }

    public required int SessionsAtEnd { get; init; }

    public required int LogLinesAtEnd { get; init; }

    public required IReadOnlyList<KindReport> Faults { get; init; }

    public required Spread RecoveryFromStart { get; init; }

    public required Spread RecoveryFromHeal { get; init; }

    /// <summary>Kinds of faults that this machine cannot do, with the reason.</summary>
    public IReadOnlyList<string> Skipped { get; init; } = [];

    /// <summary>The result of the negative control, if there was one.</summary>
    public NegativeControl? Control { get; init; }

    /// <summary>The result of comparing explanations with the load's records.</summary>
    public ExplanationResults? Explanations { get; init; }

    /// <summary>Failed calls that no fault explains.</summary>
    public required IReadOnlyList<string> Unexplained { get; init; }

    public required IReadOnlyList<string> Violations { get; init; }

    /// <summary>Whether no check of the run failed.</summary>
    public bool IsClean =>
        Violations.Count == 0 && Unexplained.Count == 0 && (JudgesSpeed ? IsFastEnough && ResumesInTime : AnswersEnough) && ExplainsEnough
        && Control is not { FindsLosses: false };

    /// <summary>I6: whether after each fault all were served again soon enough.</summary>
    public bool ResumesInTime => RecoveryFromHeal.Max <= LongestRecovery;

    /// <summary>
    /// Whether enough sessions were explained. A short run may have too few, and so may one that ends after a number of faults, which has a negative control.
    /// </summary>
    public bool ExplainsEnough => Seconds < LongRun || Control is not null || Explanations is { Sessions: >= ExplanationReview.Least };

    /// <summary>Whether a run that does not judge speed had more good answers than answers that a time was up. Even a slow machine achieves that.</summary>
    public bool AnswersEnough => OutOfTime <= Operations;

    /// <summary>Whether enough calls were answered outside of faults. A run without such a time cannot be judged by this.</summary>
    public bool IsFastEnough => SecondsOutsideFaults == 0 || RateOutsideFaults >= Floor;

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    public static IReadOnlyList<KindReport> ByKind(IReadOnlyList<Recovery> recoveries) =>
    [
        .. recoveries.GroupBy(static recovery => recovery.Fault.Kind).OrderBy(static kind => kind.Key, StringComparer.Ordinal).Select(static kind => new KindReport(
            kind.Key,
            kind.Count(),
            kind.Sum(static recovery => recovery.Interrupted),
            Spread.Of(kind.Select(static recovery => recovery.FromStart)),
            Spread.Of(kind.Select(static recovery => recovery.FromHeal)),
            Spread.Of(kind.Where(static recovery => recovery.Fault.RestartTook.HasValue).Select(static recovery => recovery.Fault.RestartTook!.Value)))),
    ];

    public static IReadOnlyList<string> Describe(IReadOnlyList<Call> unexplained) => [.. unexplained.Select(static call => call.ToString())];

    public override string ToString()
    {
        var text = new StringBuilder();
        Line($"chaos: topology {Topology}, seed {Seed}, {Seconds:0} s");
        Line($"  operations            {Operations} answered, {FiveHundreds} answered 5xx, {Unanswered} unanswered");
        if (!JudgesSpeed) Line($"  time was up           {OutOfTime} answers that a time was up, outside of faults{(AnswersEnough ? "" : "; MORE THAN WERE ANSWERED BELOW 500")}");
        Line($"  outside fault windows {RateOutsideFaults:0} operations/s over {SecondsOutsideFaults:0} s; {(JudgesSpeed ? $"the floor of {Floor:0} {(IsFastEnough ? "was kept" : "WAS NOT KEPT")}" : "not judged")}");
        Line($"  checked               {HistoriesChecked} histories with {OperationsInHistories} operations, {SharedSessions} sessions shared with the old backend, {Snapshots} snapshots, {SessionsAtEnd} sessions and {LogLinesAtEnd} log lines at the end");
        Line($"  compared              {AnswersCompared} answers with the description of the API");
        Line($"  faults                {Faults.Sum(static kind => kind.Count)} of {Faults.Count} kinds; seconds as p50 / p95 / max");
        Line($"    {"",-20} {"count",5} {"affected",8}   {"until all served, from start",-28} {"from heal",-22} {"restart"}");
        foreach (var kind in Faults)
            Line($"    {kind.Kind,-20} {kind.Count,5} {kind.Interrupted,8}   {Text(kind.FromStart),-28} {Text(kind.FromHeal),-22} {Text(kind.Restart)}");
        Line($"    {"all",-20} {Faults.Sum(static kind => kind.Count),5} {Faults.Sum(static kind => kind.Interrupted),8}   {Text(RecoveryFromStart),-28} {Text(RecoveryFromHeal)}");
        Line($"  service resumed        {(!JudgesSpeed ? "not judged" : ResumesInTime ? "in time" : $"NOT within {LongestRecovery} s after every fault")}");
        foreach (var kind in Skipped) Line($"  SKIPPED               {kind}");
        if (Explanations is not null) Line($"  explained             {Explanations}{(ExplainsEnough ? "" : $"; TOO FEW, {ExplanationReview.Least} ARE NEEDED")}");
        if (Control is not null) Line($"  {Control}");
        Line($"  unexplained failures  {Unexplained.Count}");
        foreach (var call in Unexplained.Take(20)) Line($"    {call}");
        Line($"  violations            {Violations.Count}");
        foreach (var violation in Violations.Take(20)) Line($"    {violation}");
        return text.ToString();

        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
    }

    private static string Text(Spread spread) =>
        spread.Max == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{spread.P50:0.00} / {spread.P95:0.00} / {spread.Max:0.00}");
}
