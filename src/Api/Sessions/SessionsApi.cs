using Wingman.Reference;
using Wingman.Wire;

namespace Wingman.Sessions;

/// <summary>Maps the endpoints of sessions.</summary>
internal static class SessionsApi
{
    /// <summary>Maps them.</summary>
    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        var calls = routes.ServiceProvider.GetRequiredService<GrainCalls>();
        routes.MapAuthenticated(HttpMethods.Post, "/api/session/confirm-completion", new ConfirmCompletion(calls).HandleAsync)
            .WithDocs(SessionDocs.ConfirmCompletion);
        routes.MapAuthenticated(HttpMethods.Post, "/api/session/{session_id}/confirm", new ConfirmBuddy(calls).HandleAsync)
            .WithDocs(SessionDocs.ConfirmBuddy);
        routes.MapAuthenticated(HttpMethods.Patch, "/api/session/{session_id}/notes", new UpdateNotes(calls).HandleAsync)
            .WithDocs(SessionDocs.UpdateNotes);
        routes.MapAuthenticated(HttpMethods.Post, "/api/session/create", new CreateSession(calls, routes.ServiceProvider.GetRequiredService<TimeProvider>()).HandleAsync)
            .WithDocs(SessionDocs.Create);
        routes.MapAuthenticated(HttpMethods.Post, "/api/session/{session_id}/cancel", new CancelSession(calls).HandleAsync)
            .WithDocs(SessionDocs.Cancel);
        routes.MapAuthenticatedRead("/api/session/{session_id}", new GetSession(calls).HandleAsync)
            .WithDocs(SessionDocs.Get);
    }
}
