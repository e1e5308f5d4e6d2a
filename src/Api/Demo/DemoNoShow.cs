using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Wingman.Authentication;
using Wingman.Sessions;
using Wingman.Wire;

namespace Wingman.Demo;

/// <summary>
/// <c>POST /demo/session/{session_id}/no-show</c>: ends a session as if its grace period were over, for the page that shows one session
/// as two phones.
/// </summary>
internal static class DemoNoShow
{
    /// <summary>How long ago the grace period ended: more than the clocks of this host and a silo may differ.</summary>
    private static readonly TimeSpan Ago = TimeSpan.FromMinutes(1);

    /// <summary>Maps the endpoint. For Development only: the caller decides that.</summary>
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/demo/session/{session_id}/no-show", HandleAsync).RequireAuthorization().ExcludeFromDescription();

    /// <summary>
    /// Calls the session's grain to end the session, as the sweeper does, with a grace period that ended a minute ago. For a
    /// participant; a session that is over does not change.
    /// </summary>
    private static async Task<Results<NoContent, Refusal>> HandleAsync(
        [FromRoute(Name = "session_id")] SessionId session, ClaimsPrincipal caller, GrainCalls calls, TimeProvider time)
    {
        if (caller.User() is not { } user) return SessionRefusals.NotParticipant;

        var found = (await calls.IdempotentAsync((session, user), static (grains, call) => grains.GetSession(call.session).GetAsync(call.user))).Value;
        if (found.Session?.Snapshot.ScheduledAt is not { } scheduledAt)
            return found.Outcome == GetSessionOutcome.NotParticipant ? SessionRefusals.NotParticipant : SessionRefusals.NotFound;

        var now = time.GetUtcNow();
        var terms = new NoShowTerms(GracePeriod: now - Ago - scheduledAt, Since: scheduledAt, Gaps: [], AsOf: now);
        var outcome = (await calls.IdempotentAsync((session, terms), static (grains, call) => grains.GetSession(call.session).ExpireAsync(call.terms))).Value;
        // Another program has just moved the session to a later time.
        return outcome == ExpireOutcome.NotDue ? Refusals.Conflict : TypedResults.NoContent();
    }
}
