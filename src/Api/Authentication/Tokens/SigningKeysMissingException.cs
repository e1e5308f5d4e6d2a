namespace Wingman.Authentication;

/// <summary>
/// No keys are known yet, so no token can be checked. A 401 would be wrong, since the caller would sign in again without need.
/// </summary>
internal sealed class SigningKeysMissingException() : Exception("No signing keys are known.");
