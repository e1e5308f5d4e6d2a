using Npgsql;
using Wingman.Grains.Tests.Cluster;
using Wingman.Matches;

namespace Wingman.Grains.Tests.Invariants;

/// <summary>Shows that every invariant's check bites: each is run on data that was tampered with, and names what is wrong.</summary>
[Collection(ClusterCollection.Name)]
public sealed class CommitInvariantsTests(ClusterFixture fixture)
{
    private WingmanCluster Cluster => fixture.Cluster;

    [Theory]
    [InlineData("I2 completed exactly if both confirmed", "update public.wingman_sessions set user1_completed_confirmed_by_user2 = false where id = $1")]
    [InlineData("I2 completed exactly if both confirmed", "update public.wingman_sessions set status = 'cancelled' where id = $1")]
    [InlineData("I2 completed_at exactly if completed", "update public.wingman_sessions set completed_at = null where id = $1")]
    [InlineData("I3 the match's counters count its completed sessions", "update public.wingman_matches set user2_reputation = 2 where id = $2")]
    [InlineData("I4 no credit is missing", "delete from public.reputation_credits where session_id = $1 and user_id = $3")]
    [InlineData("I4 no credit is missing", "update public.reputation_credits set outcome = 'no_show' where session_id = $1 and user_id = $3")]
    [InlineData("I4 no credit is too many", "update public.reputation_credits set user_id = gen_random_uuid() where session_id = $1 and user_id = $3")]
    [InlineData("I5 rows equal states", "update public.wingman_sessions set completed_at = completed_at + interval '1 microsecond' where id = $1")]
    [InlineData("I5 rows equal states", "update orleans.orleansstorage set payloadbinary = convert_to(replace(convert_from(payloadbinary, 'utf8'), 'completed\"', 'scheduled\"'), 'utf8') where convert_from(payloadbinary, 'utf8') like '%' || $2::text || '%'")]
    [InlineData("I5 a state has its row", "delete from public.wingman_sessions where id = $1")]
    [InlineData("I5 match rows equal states", "update public.wingman_matches set status = 'declined' where id = $2")]
    [InlineData("I5 match rows equal states", "update public.wingman_matches set user1_id = gen_random_uuid() where id = $2")]
    public async Task Check_WhenDataIsTamperedWith_NamesWhatIsWrong(string invariant, string tampering)
    {
        var meeting = await CompleteAsync();
        await using var connection = await Cluster.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        Assert.Empty(await CommitInvariants.CheckAsync(connection));

        await using var tamper = new NpgsqlCommand(
            $"with ids as (select $1::uuid, $2::uuid, $3::uuid) {tampering}", connection);
        tamper.Parameters.Add(new NpgsqlParameter { Value = meeting.Session.Value });
        tamper.Parameters.Add(new NpgsqlParameter { Value = meeting.Match.Value });
        tamper.Parameters.Add(new NpgsqlParameter { Value = meeting.User1.Value });
        Assert.NotEqual(0, await tamper.ExecuteNonQueryAsync());

        var violations = await CommitInvariants.CheckAsync(connection);
        Assert.Contains(violations, violation => violation.StartsWith(invariant, StringComparison.Ordinal));
    }

    [Fact]
    public void Check_IsTriedOutForEveryInvariant()
    {
        var tried = GetType().GetMethod(nameof(Check_WhenDataIsTamperedWith_NamesWhatIsWrong))!
            .GetCustomAttributes(typeof(InlineDataAttribute), false)
            .Select(row => (string)((InlineDataAttribute)row).GetData(null!).Single()[0])
            .Distinct();
        Assert.Equal(CommitInvariants.Names.Order(), tried.Order());
    }

    private async Task<Meeting> CompleteAsync()
    {
        var meeting = ProductTables.NewMeeting();
        await Cluster.Match(meeting.Match).RegisterAsync(new(meeting.User1, meeting.User2, MatchStatus.Accepted));
        await Cluster.Product.AddSessionAsync(meeting);
        await Cluster.Session(meeting.Session).ConfirmCompletionAsync(meeting.User1);
        await Cluster.Session(meeting.Session).ConfirmCompletionAsync(meeting.User2);
        return meeting;
    }
}
