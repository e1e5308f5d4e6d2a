namespace Wingman.Authentication;

/// <summary>
/// No keys are known yet, so that nothing can be said about a token: telling its owner to log in again would be wrong.
/// </summary>
internal sealed class SigningKeysMissingException() : Exception("No signing keys are known.");
