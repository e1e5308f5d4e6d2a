using Wingman.Wire;

namespace Wingman.Sessions;

/// <summary>The refusals that all endpoints of a session share.</summary>
internal static class SessionRefusals
{
    public static readonly ConstantAnswer NotFound = ConstantAnswer.Detail(404, "Session not found");

    public static readonly ConstantAnswer NotParticipant =
        ConstantAnswer.Detail(403, "Access denied - user is not a participant in this session");
}
