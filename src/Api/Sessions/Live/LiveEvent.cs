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
internal sealed record LiveReputations(ReputationView User1, ReputationView User2);

/// <summary>Why a stream ends although its client did not end it.</summary>
internal enum ClosingReason
{
    /// <summary>The host stops: connect again at once.</summary>
    Stopping,

    /// <summary>The token has expired: connect again with another one.</summary>
    TokenExpired,
}

/// <summary>The names of events, and the events. Pure.</summary>
internal static class LiveEvents
{
    public const string State = "state";
    public const string Deleted = "deleted";
    public const string Closing = "closing";

    private const string Heartbeat = "heartbeat";
    private const string Changed = "changed";
    private const string Observed = "observed";

    // A client whose connection breaks connects again after a random time between these, so that the clients of a host that has failed do
    // not all connect at the same moment.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(2500);

    /// <summary>The session as it is when a stream begins.</summary>
    public static SseItem<LiveEvent> StateOf(LiveSessionDetails current, LiveReputations? reputations) => Shown(State, current, reputations) with
    {
        ReconnectionInterval = Shortest + ((Longest - Shortest) * Random.Shared.NextDouble()),
    };

    /// <summary>A change, named after the most important difference.</summary>
    public static SseItem<LiveEvent> ChangeOf(LiveSessionDetails before, LiveSessionDetails now, LiveReputations? reputations) =>
        Shown(NameOf(before.Session.Snapshot, now.Session.Snapshot), now, reputations);

    /// <summary>A change that a client has missed. It has no id, since it counts as missed until the state that follows has arrived.</summary>
    public static SseItem<LiveEvent> MissedOf(LoggedChange line) =>
        new(new(UserId: line.Actor?.Value, At: line.At), line.Kind == Observed ? Changed : line.Kind);

    /// <summary>A heartbeat, which shows that the stream is still open.</summary>
    public static SseItem<LiveEvent> HeartbeatAt(DateTimeOffset now) => new(new(At: now), Heartbeat);

    /// <summary>The session was deleted, and the stream ends.</summary>
    public static SseItem<LiveEvent> OfDeletion() => new(new(), Deleted);

    /// <summary>The stream ends.</summary>
    public static SseItem<LiveEvent> ClosingFor(ClosingReason reason) => new(new(Reason: reason), Closing);

    private static SseItem<LiveEvent> Shown(string name, LiveSessionDetails current, LiveReputations? reputations) =>
        new(new(SessionView.Of(current.Session), reputations), name) { EventId = current.Position.ToString() };

    private static string NameOf(SessionSnapshot before, SessionSnapshot now)
    {
        if (before.Status != now.Status && now.Status is SessionStatus.Completed) return "completed";
        if (before.Status != now.Status && now.Status is SessionStatus.Cancelled) return "cancelled";
        if (before.Status != now.Status && now.Status is SessionStatus.NoShow) return "no_show";
        if ((now.User1Confirmed && !before.User1Confirmed) || (now.User2Confirmed && !before.User2Confirmed)) return "confirmed";
        return before.ScheduledAt != now.ScheduledAt ? "rescheduled" : Changed;
    }
}
