using Wingman.Matches;
using Wingman.Reputation;
using Wingman.Sessions;

namespace Wingman.Silo.Storage.Relational;

/// <summary>The names of session statuses in the product's tables.</summary>
internal static class SessionStatusNames
{
    public static string Of(SessionStatus status) => status switch
    {
        SessionStatus.Scheduled => "scheduled",
        SessionStatus.InProgress => "in_progress",
        SessionStatus.Completed => "completed",
        SessionStatus.Cancelled => "cancelled",
        SessionStatus.NoShow => "no_show",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Not a session status."),
    };

    public static SessionStatus Parse(string name) => name switch
    {
        "scheduled" => SessionStatus.Scheduled,
        "in_progress" => SessionStatus.InProgress,
        "completed" => SessionStatus.Completed,
        "cancelled" => SessionStatus.Cancelled,
        "no_show" => SessionStatus.NoShow,
        _ => throw new FormatException($"'{name}' is not a session status: scheduled, in_progress, completed, cancelled or no_show."),
    };
}

/// <summary>The names of match statuses in the product's tables.</summary>
internal static class MatchStatusNames
{
    public static string Of(MatchStatus status) => status switch
    {
        MatchStatus.Pending => "pending",
        MatchStatus.Accepted => "accepted",
        MatchStatus.Declined => "declined",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Not a match status."),
    };

    public static MatchStatus Parse(string name) => name switch
    {
        "pending" => MatchStatus.Pending,
        "accepted" => MatchStatus.Accepted,
        "declined" => MatchStatus.Declined,
        _ => throw new FormatException($"'{name}' is not a match status: pending, accepted or declined."),
    };
}

/// <summary>The names of credit outcomes in the ledger.</summary>
internal static class CreditOutcomeNames
{
    public static string Of(CreditOutcome outcome) => outcome switch
    {
        CreditOutcome.Completed => "completed",
        CreditOutcome.NoShow => "no_show",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "Not a credit outcome."),
    };

    public static CreditOutcome Parse(string name) => name switch
    {
        "completed" => CreditOutcome.Completed,
        "no_show" => CreditOutcome.NoShow,
        _ => throw new FormatException($"'{name}' is not a credit outcome: completed or no_show."),
    };
}
