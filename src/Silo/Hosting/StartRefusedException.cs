namespace Wingman.Silo.Hosting;

/// <summary>The host will not start as it is configured. The message is one sentence that says what to set.</summary>
/// <param name="message">What is wrong and what would be right.</param>
public sealed class StartRefusedException(string message) : Exception(message);
