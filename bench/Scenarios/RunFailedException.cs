namespace Wingman.Bench.Scenarios;

/// <summary>A run that answered wrongly, lost or doubled something: it has no figures.</summary>
internal sealed class RunFailedException(string message) : Exception(message);
