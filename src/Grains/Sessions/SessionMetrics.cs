using System.Diagnostics.Metrics;

namespace Wingman.Sessions;

/// <summary>Counts what sessions are asked for.</summary>
internal static class SessionMetrics
{
    private static readonly Counter<long> Confirmations = WingmanMeter.Instance.CreateCounter<long>(
        "wingman.confirmations", "{confirmation}", "Confirmations answered, by outcome.");

    private static readonly Counter<long> ForeignChanges = WingmanMeter.Instance.CreateCounter<long>(
        "wingman.sessions.foreign_changes", "{change}", "Changes of a session's row by another writer that its grain noticed.");

    private static readonly KeyValuePair<string, object?>[] Outcomes =
        [.. Enum.GetValues<ConfirmOutcome>().Select(outcome => new KeyValuePair<string, object?>("outcome", outcome.ToString()))];

    public static void Confirmed(ConfirmOutcome outcome) => Confirmations.Add(1, Outcomes[(int)outcome]);

    public static void ChangedElsewhere() => ForeignChanges.Add(1);
}
