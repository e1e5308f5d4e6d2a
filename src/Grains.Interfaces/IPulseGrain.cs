namespace Wingman;

/// <summary>Lets a host check whether it reaches the cluster. Runs on the silo that receives the call.</summary>
[Alias("Wingman.IPulseGrain")]
public interface IPulseGrain : IGrainWithGuidKey
{
    /// <summary>Does nothing. May be called again.</summary>
    /// <returns>When a silo has answered.</returns>
    [Alias("Ping")]
    Task PingAsync();
}
