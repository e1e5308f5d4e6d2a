namespace Wingman;

/// <summary>Answers, so that a host can tell whether it reaches the cluster. Runs on whichever silo the call arrives at.</summary>
[Alias("Wingman.IPulseGrain")]
public interface IPulseGrain : IGrainWithGuidKey
{
    /// <summary>Does nothing. Repeating is safe.</summary>
    /// <returns>When a silo has answered.</returns>
    [Alias("Ping")]
    Task PingAsync();
}
