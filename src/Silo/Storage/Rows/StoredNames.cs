using Wingman.Events;
using Wingman.Reputation;
using Wingman.Sessions;

namespace Wingman.Silo.Storage.Rows;

/// <summary>The names of enumerations in tables.</summary>
internal static class StoredNames
{
    /// <summary>The condition for a session that is not over; a row without a status is scheduled.</summary>
    public const string IsOpen = "(status in ('scheduled', 'in_progress') or status is null)";

    /// <summary>The condition for a session whose status Wingman does not know.</summary>
    public const string IsUnknown = "status not in ('scheduled', 'in_progress', 'completed', 'cancelled', 'no_show')";

    private static readonly string[] SessionStatuses = ["scheduled", "in_progress", "completed", "cancelled", "no_show"];
    private static readonly string[] EventKinds =
    [
        "none", "scheduled", "confirmed", "completed", "cancelled", "no_show", "observed", "reputation_changed", "notes_updated",
        "reopened", "excused", "user_erased",
    ];

    /// <summary>The SQL array of the statuses' names: the element at status + 1 is its name.</summary>
    public static string SessionStatusArray { get; } = ArrayOf(SessionStatuses);

    /// <summary>The SQL array of the names of kinds of events: the element at kind + 1 is its name.</summary>
    public static string EventKindArray { get; } = ArrayOf(EventKinds);

    /// <summary>A session's status by its name; a row without one is scheduled.</summary>
    /// <exception cref="FormatException">No session has such a status.</exception>
    public static SessionStatus SessionStatusOf(string? name)
    {
        var index = name is null ? 0 : Array.IndexOf(SessionStatuses, name);
        return index >= 0
            ? (SessionStatus)index
            : throw new FormatException($"'{name}' is not a session status: {string.Join(", ", SessionStatuses)}.");
    }

    /// <summary>The name of a kind of event.</summary>
    public static string Of(EventKind kind) => EventKinds[(int)kind];

    /// <summary>A credit's outcome by its name.</summary>
    /// <exception cref="FormatException">There is no such outcome.</exception>
    public static CreditOutcome CreditOutcomeOf(string name) => name switch
    {
        "completed" => CreditOutcome.Completed,
        "no_show" => CreditOutcome.NoShow,
        _ => throw new FormatException($"'{name}' is not a credit's outcome: completed or no_show."),
    };

    private static string ArrayOf(string[] names) => $"(array['{string.Join("','", names)}'])";
}
