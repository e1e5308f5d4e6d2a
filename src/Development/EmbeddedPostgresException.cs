namespace Wingman.Development;

/// <summary>The private Postgres server is not available; the message says what to do.</summary>
internal sealed class EmbeddedPostgresException(string message, Exception? inner = null) : Exception(message, inner);
