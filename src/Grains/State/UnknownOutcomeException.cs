using Orleans.Storage;

namespace Wingman.State;

/// <summary>
/// The reply to a write was lost, and its row now has another version than the one decided on: either the write was stored, or
/// someone else changed the row. After a plain conflict it is certain that the write was not stored.
/// </summary>
/// <param name="message">Which write.</param>
internal sealed class UnknownOutcomeException(string message) : InconsistentStateException(message);
