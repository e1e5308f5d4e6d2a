using Wingman.Wire;

namespace Wingman.Authentication;

/// <summary>The answers of authentication and authorization, in the words of the wire contract, whichever way the caller signed in.</summary>
internal static class CallerAnswers
{
    /// <summary>The caller has not signed in.</summary>
    public static Task ChallengeAsync(HttpContext http, Exception? failure) =>
        (failure is SigningKeysMissingException ? Refusals.NoSigningKeys : Refusals.Unauthorized).ExecuteAsync(http);

    /// <summary>The caller has signed in, and may not do this.</summary>
    public static Task ForbidAsync(HttpContext http) => Refusals.NotService.ExecuteAsync(http);
}
