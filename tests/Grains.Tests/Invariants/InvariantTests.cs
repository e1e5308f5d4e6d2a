using Npgsql;
using Wingman.Grains.Tests.Cluster;
using Wingman.Matches;
using Wingman.Reputation;
using Wingman.Testing.Invariants;

namespace Wingman.Grains.Tests.Invariants;

/// <summary>Shows that every check can fail: each is run on data that was changed in Wingman's name, and must name what is wrong.</summary>
[Collection(ClusterCollection.Name)]
public sealed class InvariantTests(ClusterFixture fixture)
{
    private const string Sessions = "update public.wingman_sessions set";

    private const string Log = "insert into wingman.events (session_id, kind, at, host)";

    private const string Acts = "insert into wingman.events (session_id, kind, at, host, operator, detail)";

    private WingmanCluster Cluster => fixture.Cluster;

    /// <summary>$1 is a completed session, $2 its match, $3 a scheduled session of another match, $4 that match.</summary>
    [Theory]
    [InlineData("I2 we complete a session only where both have confirmed, and no session stays open then", $"{Sessions} status = 'completed', completed_at = now() where id = $3")]
    [InlineData("I2 we complete a session only where both have confirmed, and no session stays open then", $"{Sessions} {Tables.SetUser1}, {Tables.SetUser2} where id = $3")]
    [InlineData("I2 we never change a session that is over, but for its notes, and for a no-show that an operator takes back", $"{Sessions} notes = 'late' where id = $1")]
    [InlineData("I2 we never change a session that is over, but for its notes, and for a no-show that an operator takes back", $"with e as ({Acts} values ($1, 'cancelled', now(), 'test', 'olga', 'why')) {Sessions} status = 'cancelled' where id = $1")]
    [InlineData("I4 an operator's act is logged with a name and a reason, and nobody else reopens or excuses", $"{Acts} values ($3, 'cancelled', now(), 'test', 'olga', null)")]
    [InlineData("I4 an operator's act is logged with a name and a reason, and nobody else reopens or excuses", $"{Acts} values ($3, 'reopened', now(), 'test', null, 'why')")]
    [InlineData("I4 an operator's act is logged with a name and a reason, and nobody else reopens or excuses", $"{Acts} values ($3, 'confirmed', now(), 'test', 'olga', 'why')")]
    [InlineData("I2 we set completed_at when we complete a session, and never else", $"{Sessions} completed_at = now() where id = $3")]
    [InlineData("I2 we set completed_at when we complete a session, and never else", $"{Sessions} status = 'completed', {Tables.SetUser1}, {Tables.SetUser2} where id = $3")]
    [InlineData("I4 a completion of ours adds one to each counter of its match in its commit, and nothing else does", "update public.wingman_matches set user2_reputation = user2_reputation + 1 where id = $2")]
    [InlineData("I4 a completion of ours adds one to each counter of its match in its commit, and nothing else does", $"{Sessions} status = 'completed', {Tables.SetUser1}, {Tables.SetUser2} where id = $3")]
    [InlineData("I4 a change of ours has exactly its one line of the log, in its commit", $"{Sessions} {Tables.SetUser1} where id = $3")]
    [InlineData("I4 a change of ours has exactly its one line of the log, in its commit", "delete from wingman.events where session_id = $1 and kind = 'completed'")]
    [InlineData("I4 a change of ours has exactly its one line of the log, in its commit", "update wingman.events set kind = 'confirmed' where session_id = $1 and kind = 'completed'")]
    [InlineData("I4 the change that a line of the log reports is in the same commit", $"{Log} values ($1, 'completed', now(), 'test')")]
    [InlineData("I4 the change that a line of the log reports is in the same commit", $"{Log} select session_id, kind, at, host from wingman.events where session_id = $1 and kind = 'completed'")]
    [InlineData("I5 we take no confirmation back, and set one user's in a commit", $"{Sessions} user1_completed_confirmed_by_user2 = null where id = $1")]
    [InlineData("I5 we take no confirmation back, and set one user's in a commit", $"{Sessions} status = 'cancelled', {Tables.SetUser2} where id = $3")]
    [InlineData("I5 we take no confirmation back, and set one user's in a commit", $"{Sessions} {Tables.SetUser1}, {Tables.SetUser2} where id = $3")]
    [InlineData("I5 we change no column but the status, completed_at and the flags, or the notes alone", $"{Sessions} scheduled_time = now() where id = $3")]
    [InlineData("I5 we change no column but the status, completed_at and the flags, or the notes alone", $"{Sessions} status = 'in_progress' where id = $3")]
    [InlineData("I5 we change no column but the status, completed_at and the flags, or the notes alone", $"{Sessions} notes = 'mine', {Tables.SetUser1} where id = $3")]
    [InlineData("I5 we change no column but the status, completed_at and the flags, or the notes alone", $"with e as ({Log} values ($1, 'notes_updated', now(), 'test')) {Sessions} notes = 'mine', completed_at = now() where id = $1")]
    [InlineData("I5 we delete nothing", "delete from public.wingman_sessions where id = $3")]
    [InlineData("I5 we change no column of a match but the status and the counters", "update public.wingman_matches set user1_id = gen_random_uuid() where id = $2")]
    [InlineData("I5 we schedule only where the match is accepted at that moment, and has no active session", "insert into public.wingman_sessions (match_id, status) values ($2, 'scheduled')")]
    [InlineData("I5 we schedule only where the match is accepted at that moment, and has no active session", "with m as (update public.wingman_matches set status = 'accepted' where id = $2) insert into public.wingman_sessions (match_id, status) values ($2, 'no_show'), ($2, 'scheduled')")]
    public async Task Check_WhenDataIsTamperedWith_NamesWhatIsWrong(string invariant, string tampering)
    {
        var (completed, scheduled) = await AddAsync();
        await using var connection = await Cluster.Database.OtherWriter.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        Assert.Empty(await Invariant.CheckAsync(connection));
        await ExecuteAsync(connection, $"set local application_name = '{ChangeJournal.Ours}'");

        Assert.NotEqual(0, await ExecuteAsync(
            connection,
            tampering,
            completed.Session.Value, completed.Match.Value, scheduled.Session.Value, scheduled.Match.Value));

        Assert.Contains(await Invariant.CheckAsync(connection), violation => violation.StartsWith(invariant, StringComparison.Ordinal));
    }

    /// <summary>The same changes by another program violate nothing: the invariants are about Wingman's writes only.</summary>
    [Fact]
    public async Task Check_WhenSomeoneElseWrites_FindsNothing()
    {
        var (completed, scheduled) = await AddAsync();
        await Cluster.Tables.SetAsync(scheduled.Session, "status = 'completed', scheduled_time = null");
        await Cluster.Tables.SetAsync(completed.Session, "status = 'scheduled', completed_at = null, user1_completed_confirmed_by_user2 = null");
        await Cluster.Tables.SetAsync(completed.Match, "user1_reputation = 99, status = null");

        await Invariant.AssertAllAsync(Cluster.Database.OtherWriter);

        await Cluster.Tables.DeleteAsync(completed.Match);
        await Invariant.AssertAllAsync(Cluster.Database.OtherWriter);
    }

    [Fact]
    public void Check_IsTriedOutForEveryInvariant()
    {
        var tried = GetType().GetMethod(nameof(Check_WhenDataIsTamperedWith_NamesWhatIsWrong))!
            .GetCustomAttributes(typeof(InlineDataAttribute), false)
            .Select(row => (string)((InlineDataAttribute)row).GetData(null!).Single()[0])
            .Distinct();
        Assert.Equal(Invariant.Names.Order(), tried.Order());
    }

    [Fact]
    public async Task FindLost_WhenAnAcknowledgedConfirmationIsGone_NamesItUnlessSomeoneElseTookItBack()
    {
        var (completed, scheduled) = await AddAsync();
        var promises = new Promises();
        promises.Acknowledge(completed.Session, completed.User1);
        Assert.Empty(await promises.FindLostAsync(Cluster.Database.OtherWriter));

        // Never stored.
        promises.Acknowledge(scheduled.Session, scheduled.User2);
        Assert.Contains(scheduled.User2.ToString(), Assert.Single(await promises.FindLostAsync(Cluster.Database.OtherWriter)), StringComparison.Ordinal);

        await Cluster.Session(scheduled).ConfirmCompletionAsync(scheduled.User2);
        Assert.Empty(await promises.FindLostAsync(Cluster.Database.OtherWriter));

        await Cluster.Tables.SetAsync(scheduled.Session, "user2_completed_confirmed_by_user1 = false");
        Assert.Empty(await promises.FindLostAsync(Cluster.Database.OtherWriter));
        await Cluster.Tables.DeleteAsync(completed.Match);
        Assert.Empty(await promises.FindLostAsync(Cluster.Database.OtherWriter));
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(2, 0, true)]
    [InlineData(1, 1, true)]
    [InlineData(1, 0, false)]
    public async Task FindWrong_WhenAnAnswerIsNoCountOfTheRows_NamesIt(long completed, long noShows, bool isWrong)
    {
        var (meeting, _) = await AddAsync();

        var wrong = await Promises.FindWrongAsync(
            Cluster.Database.OtherWriter, new Dictionary<UserId, UserReputation> { [meeting.User2] = new(completed, noShows, default) });

        Assert.Equal(isWrong, wrong.Count == 1);
    }

    // The ids are written into the text: not every statement uses all of them, and Postgres needs the type of every parameter.
    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, params Guid[] ids)
    {
        for (var i = 0; i < ids.Length; i++) sql = sql.Replace($"${i + 1}", $"'{ids[i]}'::uuid", StringComparison.Ordinal);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync();
    }

    private async Task<(Meeting Completed, Meeting Scheduled)> AddAsync()
    {
        var meeting = Meeting.New();
        await Cluster.Match(meeting.Match).RegisterAsync(new(meeting.User1, meeting.User2, MatchStatus.Accepted));
        await Cluster.Tables.AddSessionAsync(meeting);
        await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1);
        await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User2);
        return (meeting, await Cluster.Tables.AddMeetingAsync());
    }
}
