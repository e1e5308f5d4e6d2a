using System.Net.ServerSentEvents;
using System.Text.Json.Serialization;
using Wingman.Reputation;

namespace Wingman.Sessions;

/// <summary>The data of an event of a stream. Members that an event does not have are left out.</summary>
/// <param name="Session">The session after the change. In <c>state</c> and in every change that is sent when it happens.</param>
/// <param name="Reputations">Both users' reputations, in events that have the session; left out if they could not be read.</param>
/// <param name="UserId">The user who made a change that was missed, if a user made it.</param>
/// <param name="At">The time of a change that was missed, or of a heartbeat.</param>
/// <param name="Reason">Why the stream ends.</param>
/// <example>{"at":"2030-01-01T18:00:15Z"}</example>
internal sealed record LiveEvent(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SessionView? Session = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] LiveReputations? Reputations = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? UserId = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? At = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ClosingReason? Reason = null);

/// <summary>Both users' reputations.</summary>
/// <param name="User1">The first user's.</param>
/// <param name="User2">The second user's.</param>
internal sealed record LiveReputations(ReputationView User1, ReputationView User2)
{
    /// <summary>Shows them.</summary>
    public static LiveReputations? Of(LiveCounts? counts) =>
        counts is null ? null : new(ReputationView.Of(counts.User1), ReputationView.Of(counts.User2));
}

/// <summary>Why a stream ends although its client did not end it.</summary>
internal enum ClosingReason
{
    /// <summary>The host stops: connect again at once.</summary>
    Stopping,

    /// <summary>The token has expired: connect again with another one.</summary>
    TokenExpired,
}

/// <summary>Turns what a live stream sends into server-sent events. Pure, except for the random time after which a client connects again.</summary>
internal static class LiveEvents
{
    private const string Changed = "changed";
    private const string Observed = "observed";

    // A client whose connection breaks connects again after a random time between these, so that the clients of a host that has failed do
    // not all connect at the same moment.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(2500);

    /// <summary>The event.</summary>
    public static SseItem<LiveEvent> Of(LiveNews news) => news switch
    {
        LiveState state => Shown("state", state.Current, state.Reputations) with
        {
            ReconnectionInterval = Shortest + ((Longest - Shortest) * Random.Shared.NextDouble()),
        },
        LiveChange change => Shown(NameOf(change.Before.Session.Snapshot, change.Now.Session.Snapshot), change.Now, change.Reputations),
        // It has no id, since it counts as missed until the state that follows has arrived.
        LiveMissed missed => new(new(UserId: missed.Line.Actor?.Value, At: missed.Line.At), missed.Line.Kind == Observed ? Changed : missed.Line.Kind),
        LiveHeartbeat heartbeat => new(new(At: heartbeat.At), "heartbeat"),
        LiveEnd { Reason: LiveEndReason.Deleted } => new(new(), "deleted"),
        LiveEnd { Reason: LiveEndReason.Stopping } => new(new(Reason: ClosingReason.Stopping), "closing"),
        LiveEnd { Reason: LiveEndReason.TokenExpired } => new(new(Reason: ClosingReason.TokenExpired), "closing"),
        _ => throw new InvalidOperationException($"No event is known for {news.GetType().Name}."),
    };

    private static SseItem<LiveEvent> Shown(string name, LiveSessionDetails current, LiveCounts? reputations) =>
        new(new(SessionView.Of(current.Session), LiveReputations.Of(reputations)), name) { EventId = current.Position.ToString() };

    // After the most important difference.
    private static string NameOf(SessionSnapshot before, SessionSnapshot now)
    {
        if (before.Status != now.Status && now.Status is SessionStatus.Completed) return "completed";
        if (before.Status != now.Status && now.Status is SessionStatus.Cancelled) return "cancelled";
        if (before.Status != now.Status && now.Status is SessionStatus.NoShow) return "no_show";
        if ((now.User1Confirmed && !before.User1Confirmed) || (now.User2Confirmed && !before.User2Confirmed)) return "confirmed";
        return before.ScheduledAt != now.ScheduledAt ? "rescheduled" : Changed;
    }
}
