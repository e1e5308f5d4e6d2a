using Wingman.Wire;

namespace Wingman.Sessions;

/// <summary>The refusals of live streams.</summary>
internal static class LiveRefusals
{
    public static readonly Refusal TooManyOfUser =
        new(429, RefusalCode.TooManyStreams, "Too many live streams of this user are open on this host; close one first", isTransient: true);

    public static readonly Refusal TooMany =
        new(503, RefusalCode.Overloaded, "Too many live streams are open on this host; try again in a moment", isTransient: true);

    public static readonly Refusal Stopping =
        new(503, RefusalCode.Stopping, "This host is stopping; connect again", isTransient: true);
}
