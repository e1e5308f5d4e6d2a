using Wingman.Sessions;

namespace Wingman.Testing.Models;

/// <summary>The names that the contract and the product's tables have for a session's statuses, read without the service's code.</summary>
internal static class StatusNames
{
    /// <summary>The status of this name; null where there is none.</summary>
    public static SessionStatus? Parse(string? name) => name switch
    {
        "scheduled" => SessionStatus.Scheduled,
        "in_progress" => SessionStatus.InProgress,
        "completed" => SessionStatus.Completed,
        "cancelled" => SessionStatus.Cancelled,
        "no_show" => SessionStatus.NoShow,
        _ => null,
    };
}
