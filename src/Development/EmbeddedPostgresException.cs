namespace Wingman.Development;

/// <summary>The private Postgres server is not available; the message says what to do.</summary>
/// <param name="message">Why it is not available.</param>
/// <param name="inner">What made it fail, if that was an exception.</param>
public sealed class EmbeddedPostgresException(string message, Exception? inner = null) : Exception(message, inner);
