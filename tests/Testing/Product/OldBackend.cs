using System.Globalization;
using Npgsql;

namespace Wingman.Testing.Product;

/// <summary>
/// A stand-in for the product's old backend: runs the statements of its endpoints on the database, one by one, with all their races.
/// The statements of a call are not connected by a transaction, a lock or a version.
/// </summary>
/// <param name="connectionString">A <see cref="ProductDatabase"/>, as a superuser; the statements run as the service role.</param>
/// <param name="clock">The backend's own clock, which writes <c>completed_at</c>; the system's if null.</param>
/// <param name="beforeStatement">
/// Runs before each statement, so that a caller can delay it or run others first. An <see cref="NpgsqlException"/> that it throws is
/// answered like one of the statement; any other exception leaves the call, which has the same effect as a crash at that point.
/// </param>
public sealed class OldBackend(
    string connectionString, TimeProvider? clock = null, Func<OldStep, Task>? beforeStatement = null) : IAsyncDisposable
{
    private const string Completed = "completed";
    private const string NotUpdated = "Failed to update confirmation";
    private const string Waiting = "Completion confirmation recorded. Waiting for your buddy to confirm their completion.";
    private const string Counted = "Session marked as completed! Both participants have confirmed completion and reputation updated.";
    private const string NotCounted = "Session marked as completed! Both participants have confirmed completion.";
    private const string OlderWaiting = "Confirmation recorded. Waiting for your buddy to confirm your completion.";
    private const string OlderCompleted = "Session marked as completed! Both participants have confirmed each other's challenges.";

    private readonly OldTables _tables = new(connectionString, beforeStatement);
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    /// <summary><c>POST /api/session/confirm-completion</c>: user1's call sets the flag "confirmed by user2", user2's the other.</summary>
    public Task<OldAnswer> ConfirmCompletionAsync(Guid session, Guid user) => AnswerAsync(
        "Failed to process session completion confirmation", async () =>
    {
        if (await _tables.ReadSessionAsync(session) is not { } row) return OldAnswer.SessionNotFound;
        if (!row.HasParticipant(user)) return OldAnswer.NotParticipant;
        if (row.Status == Completed) return Confirmed("Session already completed", row.Status, row.Flags.Both, reputationUpdated: true);

        if (await _tables.WriteFlagAsync(session, ofUser1: user == row.User1) is not { } flags) return new(500, NotUpdated);
        if (flags.Both != true) return Confirmed(Waiting, row.Status, flags.Both, reputationUpdated: false);

        await _tables.WriteCompletionAsync(session, _clock.GetUtcNow());
        var counted = await CountAsync(row.Match);
        return Confirmed(counted ? Counted : NotCounted, Completed, flags.Both, counted);
    });

    /// <summary>
    /// <c>POST /api/session/{session_id}/confirm</c>, the older endpoint: user1's call sets the flag "confirmed by user1", user2's the
    /// other. It completes the session, but does not change the counters.
    /// </summary>
    public Task<OldAnswer> ConfirmAsync(Guid session, Guid user, Guid buddy) => AnswerAsync(
        "Failed to process completion confirmation", async () =>
    {
        if (await _tables.ReadSessionAsync(session) is not { } row) return OldAnswer.SessionNotFound;
        if (!row.HasParticipant(user)) return OldAnswer.NotParticipant;
        if (!row.HasParticipant(buddy)) return new(400, "Invalid buddy user ID - must be the other session participant");
        if (buddy == user) return new(400, "Cannot confirm your own completion - only your buddy can confirm you");
        if (row.ScheduledAt is not { } scheduledAt) throw new InvalidDataException("A session without a time fails here.");
        if (_clock.GetUtcNow() < scheduledAt) return new(400, TooEarly(scheduledAt));

        if (await _tables.WriteFlagAsync(session, ofUser1: user == row.User2) is not { } flags) return new(500, NotUpdated);
        if (flags.Both != true) return Confirmed(OlderWaiting, row.Status, flags.Both);
        if (row.Status == Completed) return Confirmed("Confirmation recorded. Session completed!", row.Status, flags.Both);

        await _tables.WriteCompletionAsync(session, _clock.GetUtcNow());
        return Confirmed(OlderCompleted, Completed, flags.Both);
    });

    /// <summary><c>POST /api/session/create</c>: does not check the caller, and reads the active sessions before it inserts one.</summary>
    public Task<OldAnswer> CreateSessionAsync(Guid match, string venue, DateTimeOffset time, Guid user1Challenge, Guid user2Challenge) =>
        AnswerAsync("Failed to create session", async () =>
        {
            if (await _tables.ReadMatchAsync(match) is not { } row) return OldAnswer.MatchNotFound;
            if (row.Status != "accepted")
                return new(400, $"Match status must be 'accepted' to schedule sessions (current: {row.Status ?? "None"})");
            if (await _tables.CountChallengesAsync(user1Challenge, user2Challenge) != 2)
                return new(400, "One or both challenge IDs are invalid - challenges must exist");
            if (await _tables.HasActiveSessionAsync(match))
                return new(409, "This match already has an active session (scheduled or in progress)");
            if (time <= _clock.GetUtcNow()) return new(400, "Scheduled time must be in the future");

            var session = await _tables.InsertSessionAsync(match, user1Challenge, user2Challenge, venue, time.ToUniversalTime());
            return new(200, $"Session scheduled successfully at {venue}") { SessionId = session };
        });

    /// <summary><c>PATCH /api/session/{session_id}/notes</c>; personal data is not masked here.</summary>
    public Task<OldAnswer> UpdateNotesAsync(Guid session, Guid user, string notes) => AnswerAsync(
        "Failed to update session notes", async () =>
    {
        if (await _tables.ReadSessionAsync(session) is not { } row) return OldAnswer.SessionNotFound;
        if (!row.HasParticipant(user)) return OldAnswer.NotParticipant;
        var trimmed = notes.Trim();
        if (trimmed.Length > 2000) return new(400, "Notes exceed 2000 characters after sanitization");
        return await _tables.WriteNotesAsync(session, trimmed) == 1
            ? new(200, "Session notes updated successfully")
            : new(500, "Failed to update session notes");
    });

    /// <summary>Answers an invitation: only a pending match can be accepted or declined, as of the moment it was read.</summary>
    public Task<OldAnswer> RespondToMatchAsync(Guid match, Guid user, bool accept) => AnswerAsync(
        "Failed to process match response", async () =>
    {
        if (await _tables.ReadMatchAsync(match) is not { } row) return OldAnswer.MatchNotFound;
        if (user != row.User1 && user != row.User2) return new(403, "Not authorized - user is not a participant in this match");
        if (row.Status != "pending") return new(400, $"Match is already {row.Status ?? "None"} - cannot respond");
        await _tables.WriteMatchStatusAsync(match, accept ? "accepted" : "declined");
        return new(200, accept ? "Match accepted! You can now start chatting with your wingman buddy." : "Match declined.");
    });

    /// <summary><c>GET /api/user/reputation/{user_id}</c>, counted at each call.</summary>
    public async Task<OldReputation> GetReputationAsync(Guid user)
    {
        var matches = await _tables.ReadMatchIdsAsync(user);
        if (matches.Count == 0) return new(0, 0);
        var sessions = await _tables.ReadSessionsAsync([.. matches]);
        return new(
            sessions.Count(session =>
                session.Status == Completed && (user == session.User1 ? session.Flags.User1 : session.Flags.User2) == true),
            sessions.Count(static session => session.Status is "no_show" or "cancelled"));
    }

    /// <summary>Sets a session's status whatever it was, as an administrator or a future part of the product does, for example to cancel.</summary>
    /// <returns>Whether the session exists.</returns>
    public async Task<bool> SetSessionStatusAsync(Guid session, string? status) =>
        await _tables.WriteSessionStatusAsync(session, status) == 1;

    /// <summary>Moves a session.</summary>
    /// <inheritdoc cref="SetSessionStatusAsync"/>
    public async Task<bool> RescheduleAsync(Guid session, DateTimeOffset? time) =>
        await _tables.WriteScheduledTimeAsync(session, time?.ToUniversalTime()) == 1;

    /// <summary>Deletes a session.</summary>
    /// <inheritdoc cref="SetSessionStatusAsync"/>
    public async Task<bool> DeleteSessionAsync(Guid session) => await _tables.DeleteSessionAsync(session) == 1;

    /// <summary>Sets a match's status whatever it was, to any text.</summary>
    /// <returns>Whether the match exists.</returns>
    public async Task<bool> SetMatchStatusAsync(Guid match, string? status) => await _tables.WriteMatchStatusAsync(match, status) == 1;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _tables.DisposeAsync();

    /// <summary>Reads both counters, adds one to each, writes them back. A failure is only logged there, and the completion is kept.</summary>
    private async Task<bool> CountAsync(Guid match)
    {
        try
        {
            return await _tables.ReadCountersAsync(match) is { User1: { } user1, User2: { } user2 }
                && await _tables.WriteCountersAsync(match, user1 + 1, user2 + 1) == 1;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static string TooEarly(DateTimeOffset scheduledAt) => string.Create(
        CultureInfo.InvariantCulture, $"Cannot confirm completion before scheduled time ({scheduledAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC)");

    /// <summary>The answer's model requires a status and a boolean; without them the request fails after its writes.</summary>
    private static OldAnswer Confirmed(string message, string? status, bool? both, bool? reputationUpdated = null)
    {
        if (status is null || both is null) throw new InvalidDataException("The answer cannot be made from null.");
        return new(200, message) { SessionStatus = status, BothConfirmed = both, ReputationUpdated = reputationUpdated };
    }

    private static async Task<OldAnswer> AnswerAsync(string failure, Func<Task<OldAnswer>> endpoint)
    {
        try
        {
            return await endpoint();
        }
        catch (Exception cause) when (cause is NpgsqlException or InvalidDataException)
        {
            return new(500, failure) { Cause = cause };
        }
    }
}
