namespace Wingman;

/// <summary>Time as the database stores it: in microseconds, so that a state and its row are equal.</summary>
internal static class StoredTime
{
    /// <summary>The instant in UTC, cut to microseconds.</summary>
    public static DateTimeOffset ToStorable(this DateTimeOffset instant)
    {
        var utc = instant.ToUniversalTime();
        return utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
