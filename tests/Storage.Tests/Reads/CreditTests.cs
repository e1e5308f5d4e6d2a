using Wingman.Reputation;
using Wingman.Sessions;
using Wingman.Silo.Storage.Rows;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Reads;

/// <summary>A session's credit for each of its users: the rules in SQL and in C# against results written by hand, and against each other.</summary>
public sealed class CreditTests(FreshFixture fixture) : IClassFixture<FreshFixture>
{
    /// <summary>Each row: status, confirmations of user1 and user2; the credits of user1 and user2; and their credits in the old backend.</summary>
    private const string ByHand = """
        scheduled    false false   -         -         -         -
        scheduled    true  false   -         -         -         -
        scheduled    true  true    -         -         -         -
        in_progress  false false   -         -         -         -
        in_progress  true  true    -         -         -         -
        null         false false   -         -         -         -
        null         true  true    -         -         -         -
        null         null  null    -         -         -         -
        completed    true  true    completed completed completed completed
        completed    true  false   completed completed completed -
        completed    false true    completed completed -         completed
        completed    false false   completed completed -         -
        completed    null  null    completed completed -         -
        completed    true  null    completed completed completed -
        cancelled    false false   -         -         no_show   no_show
        cancelled    true  false   -         -         no_show   no_show
        cancelled    true  true    -         -         no_show   no_show
        cancelled    null  null    -         -         no_show   no_show
        no_show      false false   no_show   no_show   no_show   no_show
        no_show      true  false   -         no_show   no_show   no_show
        no_show      false true    no_show   -         no_show   no_show
        no_show      true  true    -         -         no_show   no_show
        no_show      null  null    no_show   no_show   no_show   no_show
        no_show      null  true    no_show   -         no_show   no_show
        """;

    private static readonly bool?[] Flags = [null, false, true];
    private static readonly string[] Participants = ["true", "false"];

    /// <summary>The rows written down by hand.</summary>
    public static TheoryData<string, string, string, string, string, string, string> Rows
    {
        get
        {
            TheoryData<string, string, string, string, string, string, string> rows = [];
            foreach (var line in ByHand.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                var cells = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                rows.Add(cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], cells[6]);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task BothRules_GiveWhatWasWrittenDown(string status, string confirmed1, string confirmed2, string fair1, string fair2, string legacy1, string legacy2)
    {
        string[] expected = [fair1, fair2, legacy1, legacy2];
        var (statusValue, flag1, flag2) = (status == "null" ? null : status, Flag(confirmed1), Flag(confirmed2));

        Assert.Equal(expected, InCode(statusValue, flag1, flag2));
        Assert.Equal(expected, await InSqlAsync(statusValue, flag1, flag2));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("scheduled")]
    [InlineData("in_progress")]
    [InlineData("completed")]
    [InlineData("cancelled")]
    [InlineData("no_show")]
    public Task BothRules_AgreeOnEveryPairOfFlags(string? status) => Assert.AllAsync(
        from flag1 in Flags
        from flag2 in Flags
        select (flag1, flag2),
        async flags => Assert.Equal(InCode(status, flags.flag1, flags.flag2), await InSqlAsync(status, flags.flag1, flags.flag2)));

    private static bool? Flag(string text) => text == "null" ? null : bool.Parse(text);

    private static string[] InCode(string? status, bool? flag1, bool? flag2)
    {
        var read = StoredNames.SessionStatusOf(status);
        return [.. from counting in new[] { CreditCounting.Fair, CreditCounting.Legacy }
                   from hasConfirmed in new[] { flag1, flag2 }
                   select Name(SessionRules.CreditOf(read, hasConfirmed ?? false, counting))];
    }

    private static string Name(CreditOutcome? outcome) => outcome switch
    {
        CreditOutcome.Completed => "completed",
        CreditOutcome.NoShow => "no_show",
        _ => "-",
    };

    private Task<string[]> InSqlAsync(string? status, bool? flag1, bool? flag2)
    {
        var credits = from counting in new[] { CreditCounting.Fair, CreditCounting.Legacy }
                      from isUser1 in Participants
                      select $"coalesce({CreditSql.Of("s", isUser1, counting)}, '-')";
        return fixture.ScalarAsync<string[]>($"""
            select array[{string.Join(", ", credits)}]
            from (select {Sql(status is null ? null : $"'{status}'")}::varchar as status, {Sql(flag1)}::boolean as user1_completed_confirmed_by_user2,
                         {Sql(flag2)}::boolean as user2_completed_confirmed_by_user1) s
            """);
    }

    private static string Sql(object? value) => value?.ToString() ?? "null";
}
