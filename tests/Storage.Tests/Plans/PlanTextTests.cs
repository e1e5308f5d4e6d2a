namespace Wingman.Storage.Tests.Plans;

/// <summary>The search finds each kind of bad plan.</summary>
public sealed class PlanTextTests
{
    private static readonly Dictionary<string, string> FirstColumns = new()
    {
        ["sessions_pkey"] = "id",
        ["sessions_match_id"] = "match_id",
        ["matches_status_users"] = "status",
    };

    [Theory]
    [InlineData("->  Seq Scan on wingman_sessions s", "Filter: (match_id = i.id)")]
    [InlineData("->  Index Scan using sessions_pkey on wingman_sessions", "Filter: (match_id = i.id)")]
    [InlineData("->  Index Only Scan Backward using sessions_match_id on wingman_sessions s", "->  CTE Scan on input")]
    [InlineData("->  Index Scan using matches_status_users on wingman_matches", "Index Cond: (user1_id = i.user_id)")]
    [InlineData("->  Bitmap Index Scan on matches_status_users", "Index Cond: (user1_id = i.user_id)")]
    public void WholeTableOrIndex_IsFound(string node, string detail) => Assert.Single(PlanText.Complaints([node, detail], FirstColumns));

    [Theory]
    [InlineData("->  Index Scan using sessions_pkey on wingman_sessions s", "Index Cond: (id = ANY (ARRAY[i.id]))")]
    [InlineData("->  Bitmap Index Scan on sessions_match_id", "Index Cond: (match_id = m.id)")]
    [InlineData("->  Function Scan on unnest i", "->  CTE Scan on input")]
    public void LookUp_IsFine(string node, string detail) => Assert.Empty(PlanText.Complaints([node, detail], FirstColumns));
}
