using System.ComponentModel;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Wingman.Authentication;
using Wingman.Wire;

namespace Wingman.Sessions;

/// <summary><c>GET /api/session/{session_id}/events</c>: server-sent events. docs/live.md is for those who write clients.</summary>
internal sealed class SessionEvents : IEndpoint
{
    private const int MaxMissed = 100;

    /// <inheritdoc/>
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/session/{session_id}/events", HandleAsync)
        .WithName("session-events").WithTags("Sessions")
        // An open stream is not counted as a request in progress: its limits are in LiveOptions. ASP.NET's limiter would count it until its
        // end, so the handler asks for the permit to open it.
        .DisableRateLimiting()
        // ASP.NET would describe its own type of an event, whose members are not on the wire. The data of each event is described instead.
        .Produces<LiveEvent>(StatusCodes.Status200OK, "text/event-stream")
        .Refuses(
            SessionRefusals.NotFound, SessionRefusals.NotParticipant,
            SessionRefusals.TooManyStreamsOfUser, SessionRefusals.TooManyStreams, SessionRefusals.Stopping);

    /// <summary>Watch a session live</summary>
    /// <remarks>
    /// For a participant. Server-sent events: `state` at once, then `confirmed`, `completed`, `cancelled`, `no_show`, `rescheduled` or
    /// `changed` when it happens, each with the whole session and both reputations; `deleted`; `heartbeat`; `closing` before the host
    /// ends the stream. With the last event's id in `Last-Event-ID`, the stream begins with the changes that were missed, by name: also
    /// `scheduled`, `notes_updated`, `reopened` and `excused`. Ignore names that you do not know: more may come.
    /// </remarks>
    /// <param name="session">The session.</param>
    /// <param name="lastEventId">The `id` of the last event that the client has received. An invalid id is ignored.</param>
    /// <param name="http">The request.</param>
    /// <param name="calls">The grains.</param>
    /// <param name="inProgress">The limit of requests in progress.</param>
    /// <param name="live">The streams of this host.</param>
    /// <param name="options">The settings of live streams.</param>
    /// <param name="clock">The clock.</param>
    /// <response code="200">The stream.</response>
    public static async Task<Results<ServerSentEventsResult<LiveEvent>, Refusal>> HandleAsync(
        [FromRoute(Name = "session_id"), Description("The session.")] SessionId session,
        [FromHeader(Name = "Last-Event-ID"), Description("The `id` of the last event that the client has received. An invalid id is ignored.")] string? lastEventId,
        HttpContext http, GrainCalls calls, RequestsInProgress inProgress, LiveSessions live, IOptions<LiveOptions> options, TimeProvider clock)
    {
        if (http.User.User() is not { } user) return SessionRefusals.NotParticipant;

        // Kept until this method returns. The events are written after that.
        using var permit = inProgress.TryBegin(http);
        if (permit is null) return await inProgress.RefusedAsync();

        var read = await calls.IdempotentAsync((session, user), static (grains, call) => grains.GetSession(call.session).GetAsync(call.user));
        if (read.Value.Outcome != GetSessionOutcome.Found)
            return read.Value.Outcome == GetSessionOutcome.NotFound ? SessionRefusals.NotFound : SessionRefusals.NotParticipant;
        if (live.TryOpen(session, user, out var refusal) is not { } stream) return RefusalFor(refusal);

        http.Response.RegisterForDispose(stream);
        var first = await stream.FirstAsync(GrainCalls.Deadline, clock, http.RequestAborted);
        if (first is LiveEnd { Reason: LiveEndReason.Deleted }) return SessionRefusals.NotFound;

        var missed = first is LiveState state ? await ReadMissedAsync(calls, session, lastEventId, state.Current.Position) : [];
        var expiry = http.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties?.ExpiresUtc;
        var news = stream.ReadAsync([.. missed, first], options.Value.Heartbeat, expiry, clock, http.RequestAborted);
        return TypedResults.ServerSentEvents(news.Select(static one => LiveEvents.Of(one)));
    }

    // The changes between the client's last event and the first read of this stream. Later changes are in the stream.
    private static async Task<IEnumerable<LiveNews>> ReadMissedAsync(GrainCalls calls, SessionId session, string? lastEventId, LogSnapshot until)
    {
        if (!LogSnapshot.TryParse(lastEventId, null, out var after)) return [];

        var missed = await calls.IdempotentAsync(
            (session, after, until), static (grains, call) => grains.GetLiveSession(call.session).GetLoggedAsync(call.after, call.until, MaxMissed));
        return missed.Value.Select(static line => new LiveMissed(line));
    }

    private static Refusal RefusalFor(LiveRefusal? refusal) => refusal switch
    {
        LiveRefusal.Stopping => SessionRefusals.Stopping,
        LiveRefusal.TooManyStreamsOfUser => SessionRefusals.TooManyStreamsOfUser,
        _ => SessionRefusals.TooManyStreams,
    };
}
