using System.Diagnostics.Metrics;

namespace Wingman;

/// <summary>The one meter of the service.</summary>
internal static class WingmanMeter
{
    public const string Name = "Wingman";

    public static readonly Meter Instance = new(Name);
}
