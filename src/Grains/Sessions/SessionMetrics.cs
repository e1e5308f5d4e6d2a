using System.Diagnostics.Metrics;

namespace Wingman.Sessions;

/// <summary>Counts what sessions are asked for.</summary>
internal static class SessionMetrics
{
    private static readonly Counter<long> Confirmations = WingmanMeter.Instance.CreateCounter<long>(
        "wingman.confirmations", "{confirmation}", "Confirmations answered, by outcome.");

    private static readonly KeyValuePair<string, object?>[] Outcomes =
        [.. Enum.GetValues<ConfirmOutcome>().Select(outcome => new KeyValuePair<string, object?>("outcome", outcome.ToString()))];

    public static void Confirmed(ConfirmOutcome outcome) => Confirmations.Add(1, Outcomes[(int)outcome]);
}
