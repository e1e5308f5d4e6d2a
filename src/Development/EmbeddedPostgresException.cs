namespace Wingman.Development;

/// <summary>The private Postgres server cannot be had; the message says what to do.</summary>
internal sealed class EmbeddedPostgresException(string message, Exception? inner = null) : Exception(message, inner);
