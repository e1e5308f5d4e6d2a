namespace Wingman.Client;

/// <summary>An event of a session that is watched.</summary>
/// <param name="Name">
/// What happened: <c>state</c> (the session as it is, at the beginning and after a break), <c>confirmed</c>, <c>completed</c>, <c>cancelled</c>,
/// <c>no_show</c>, <c>rescheduled</c>, <c>changed</c>, <c>deleted</c>; for a change that was missed also <c>scheduled</c>, <c>notes_updated</c>, and
/// <c>reopened</c> and <c>excused</c>, which are an operator's repairs. Ignore names that you do not know: more may come.
/// </param>
/// <param name="Id">What to pass to a later watch so that it begins after this event; null where the event has no id.</param>
/// <param name="Data">The session and both reputations; of a change that was missed, who made it and when.</param>
public sealed record SessionEvent(string Name, string? Id, LiveEvent Data)
{
    internal const string Deleted = "deleted";

    /// <summary>Whether the session is over or deleted, so that no event follows.</summary>
    public bool IsLast =>
        Name == Deleted || Data.Session?.Status is SessionStatus.Completed or SessionStatus.Cancelled or SessionStatus.NoShow;
}
