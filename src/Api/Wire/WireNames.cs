using Wingman.Reputation;
using Wingman.Sessions;

namespace Wingman.Wire;

/// <summary>The snake_case names of the product's enumerations, as clients and tables know them.</summary>
internal static class WireNames
{
    /// <summary>The name of a session's status.</summary>
    public static string Of(SessionStatus status) => status switch
    {
        SessionStatus.Scheduled => "scheduled",
        SessionStatus.InProgress => "in_progress",
        SessionStatus.Completed => "completed",
        SessionStatus.Cancelled => "cancelled",
        SessionStatus.NoShow => "no_show",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    /// <summary>The name of a credit's outcome.</summary>
    public static string Of(CreditOutcome outcome) => outcome switch
    {
        CreditOutcome.Completed => "completed",
        CreditOutcome.NoShow => "no_show",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, null),
    };
}
