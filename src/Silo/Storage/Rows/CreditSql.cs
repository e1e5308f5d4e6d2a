using Wingman.Reputation;
using Wingman.Sessions;

namespace Wingman.Silo.Storage.Rows;

/// <summary>
/// What a session means to one of its participants, as an SQL expression: the same rule as
/// <see cref="SessionRules.CreditOf"/>. Every statement that counts or lists credits uses it.
/// </summary>
internal static class CreditSql
{
    /// <summary>The expression: <c>completed</c>, <c>no_show</c> or null.</summary>
    /// <param name="session">The alias of the session's row.</param>
    /// <param name="isUser1">A condition that is true where the participant is the match's first user.</param>
    /// <param name="counting">How credits are counted.</param>
    public static string Of(string session, string isUser1, CreditCounting counting)
    {
        // The product's naming: user1's confirmation is in the column user1_completed_confirmed_by_user2.
        var hasConfirmed =
            $"coalesce(case when {isUser1} then {session}.user1_completed_confirmed_by_user2 else {session}.user2_completed_confirmed_by_user1 end, false)";
        return counting == CreditCounting.Legacy
            ? $"case when {session}.status = 'completed' and {hasConfirmed} then 'completed' when {session}.status in ('no_show', 'cancelled') then 'no_show' end"
            : $"case when {session}.status = 'completed' then 'completed' when {session}.status = 'no_show' and not {hasConfirmed} then 'no_show' end";
    }
}
