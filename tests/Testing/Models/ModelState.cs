using Wingman.Sessions;

namespace Wingman.Testing.Models;

/// <summary>The visible state of a session. There are twenty values in all, so a set of them fits an integer.</summary>
internal readonly record struct ModelState(SessionStatus Status, bool User1Confirmed, bool User2Confirmed)
{
    public static readonly ModelState New = new(SessionStatus.Scheduled, false, false);

    public bool IsOver => Status is SessionStatus.Completed or SessionStatus.Cancelled or SessionStatus.NoShow;

    /// <summary>This state's bit in a set of states.</summary>
    public int Bit => 1 << (((int)Status * 4) + (User1Confirmed ? 2 : 0) + (User2Confirmed ? 1 : 0));

    public override string ToString() => $"{Status}({(User1Confirmed ? 1 : 0)}{(User2Confirmed ? 1 : 0)})";
}
