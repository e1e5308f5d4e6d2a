using System.Globalization;
using System.Text.Json;
using Wingman.Sessions;
using Wingman.Testing.History;
using Wingman.Testing.Models;

namespace Wingman.Chaos.Load;

/// <summary>
/// Writes the API's requests, and reads its answers by the texts of its contract. An answer that the contract does not allow is null.
/// </summary>
internal static class Wire
{
    /// <summary>The body that schedules a session of a match, an hour from now.</summary>
    public static object Schedule(Pair pair) => new
    {
        match_id = pair.Match,
        venue_name = "Café",
        time = TimeProvider.System.GetUtcNow().AddHours(1).ToString("O", CultureInfo.InvariantCulture),
        user1_challenge_id = Guid.NewGuid(),
        user2_challenge_id = Guid.NewGuid(),
    };

    public static ConfirmAnswer? Confirmation(Call call)
    {
        if (call.Status == 409) return Ended(call.Detail) is { } over ? new ConfirmAnswer(over) : null;
        if (call.Status != 200) return null;
        var both = call.Body.GetProperty("both_confirmed").GetBoolean();
        var credited = call.Body.GetProperty("reputation_updated").GetBoolean();
        var status = call.Body.GetProperty("session_status").GetString();
        var already = call.Body.GetProperty("message").GetString() == "Session already completed";
        return (both, credited, status, already) switch
        {
            (true, true, "completed", true) => new ConfirmAnswer(ConfirmOutcome.AlreadyCompleted),
            (true, true, "completed", false) => new ConfirmAnswer(ConfirmOutcome.Completed),
            (false, false, "scheduled" or "in_progress", false) => new ConfirmAnswer(ConfirmOutcome.WaitingForBuddy),
            _ => null,
        };
    }

    public static CancelAnswer? Cancellation(Call call) => call.Status switch
    {
        200 => new CancelAnswer(CancelOutcome.Cancelled),
        409 => new CancelAnswer(CancelOutcome.AlreadyOver),
        _ => null,
    };

    public static (ReadAnswer Answer, DateTimeOffset? CompletedAt)? Session(Call call)
    {
        if (call.Status != 200 || StatusNames.Parse(call.Body.GetProperty("status").GetString()) is not { } status) return null;
        var participants = call.Body.GetProperty("participants");
        var seen = new ModelState(status, Confirmed(participants, "user1"), Confirmed(participants, "user2"));
        var completedAt = call.Body.TryGetProperty("completed_at", out var at) && at.ValueKind == JsonValueKind.String
            ? DateTimeOffset.Parse(at.GetString()!, CultureInfo.InvariantCulture)
            : (DateTimeOffset?)null;
        return (new ReadAnswer(seen), completedAt);
    }

    private static bool Confirmed(JsonElement participants, string user) => participants.GetProperty(user).GetProperty("confirmed").GetBoolean();

    private static ConfirmOutcome? Ended(string detail) =>
        detail.Contains("cancel", StringComparison.OrdinalIgnoreCase) ? ConfirmOutcome.Cancelled
        : detail.Contains("show", StringComparison.OrdinalIgnoreCase) ? ConfirmOutcome.NoShow
        : null;
}
