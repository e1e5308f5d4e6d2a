using System.Diagnostics.Metrics;

namespace Wingman.Sessions;

/// <summary>Counts what sessions are asked for.</summary>
internal static class SessionMetrics
{
    private static readonly Counter<long> Confirmations = WingmanMeter.Instance.CreateCounter<long>(
        "wingman.confirmations", "{confirmation}", "Confirmations answered, by outcome.");

    private static readonly Counter<long> ForeignChanges = WingmanMeter.Instance.CreateCounter<long>(
        "wingman.sessions.foreign_changes", "{change}", "Changes of a session's row by another writer that its grain noticed.");

    private static readonly List<Func<int>> Silos = [];

    private static readonly ObservableGauge<int> Watched = WingmanMeter.Instance.CreateObservableGauge(
        "wingman.live.watched",
        () =>
        {
            lock (Silos) return Silos.Sum(static count => count());
        },
        "{session}",
        "Sessions of this silo that someone watches live.");

    private static readonly KeyValuePair<string, object?>[] Outcomes =
        [.. Enum.GetValues<ConfirmOutcome>().Select(outcome => new KeyValuePair<string, object?>("outcome", outcome.ToString()))];

    public static void Confirmed(ConfirmOutcome outcome) => Confirmations.Add(1, Outcomes[(int)outcome]);

    public static void ChangedElsewhere() => ForeignChanges.Add(1);

    /// <summary>Adds a silo to the gauge of watched sessions for as long as the returned handle is not disposed.</summary>
    public static IDisposable ObserveWatched(Func<int> count)
    {
        lock (Silos) Silos.Add(count);
        return new Observation(count);
    }

    private sealed class Observation(Func<int> count) : IDisposable
    {
        public void Dispose()
        {
            lock (Silos) Silos.Remove(count);
        }
    }
}
