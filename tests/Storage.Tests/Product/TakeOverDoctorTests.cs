using System.Text.Json;
using Npgsql;
using Wingman.Silo.Doctor;
using Wingman.Silo.Schema;
using Wingman.Testing;
using Wingman.Testing.Product;

namespace Wingman.Storage.Tests.Product;

/// <summary>What the doctor reports about the product's database before any route is switched.</summary>
public sealed class TakeOverDoctorTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task TheProductsDatabase_HasNoProblem_AndIsOpenToForgery()
    {
        await using var database = await ProductDatabase.CreateAsync(await TestPostgres.CreateEmptyDatabaseAsync());
        var before = await ProductCatalog.ReadAsync(database.Sql);

        var report = await DoctorCommand.ExamineAsync(database.ConnectionString);

        Assert.Equal(0, report.Problems);
        Assert.Equal(["forgery", "indexes"], report.Findings.Where(static finding => finding.Severity == Severity.Warning).Select(static finding => finding.Check).Order());
        Assert.Equal("./wingman schema lockdown --apply", Single(report, "forgery").Command);
        Assert.Equal(before, await ProductCatalog.ReadAsync(database.Sql));
    }

    [Fact]
    public async Task AfterTheSchemaAndTheLockdown_ForgeryIsClosed()
    {
        await using var fixture = await TakenOverFixture.CreateAsync();
        await fixture.ExecuteAsync(Lockdown.Apply);

        var report = await DoctorCommand.ExamineAsync(fixture.Database.ConnectionString);

        Assert.Equal((0, Severity.Ok), (report.Problems, Single(report, "forgery").Severity));
    }

    [Fact]
    public async Task OddRows_AreCountedAsTheyWereMade()
    {
        await using var database = await ProductDatabase.CreateAsync(await TestPostgres.CreateEmptyDatabaseAsync());
        var data = ProductData.Generate(new(Seed: 7, Now) { Users = 80, Matches = 300, Sessions = 1200 });
        await data.InsertAsync(database.Sql, TextWriter.Null);
        var open = data.Sessions.Where(static s => s.Status is "scheduled" or "in_progress" or null).ToList();

        var report = await DoctorCommand.ExamineAsync(database.ConnectionString);

        Assert.Equal(open.Count(static s => (s.User1Flag ?? false) != (s.User2Flag ?? false)), Single(report, "rows.half_confirmed").Count);
        Assert.Equal(open.Count(static s => s is { User1Flag: true, User2Flag: true }), Single(report, "rows.both_flags_but_open").Count);
        Assert.Equal(open.Count(static s => s.ScheduledAt is null), Single(report, "rows.no_time").Count);
        Assert.Equal(data.Sessions.Count(static s => s.Status is null), Single(report, "rows.null_status").Count);
        Assert.Equal(open.GroupBy(static s => s.Match).Count(static match => match.Count() > 1), Single(report, "rows.several_active").Count);
        Assert.Equal(
            data.Sessions.Count(static s => s.Status == "completed" && s is not { User1Flag: true, User2Flag: true }),
            Single(report, "rows.completed_without_word").Count);
        Assert.Equal(data.Sessions.Count(static s => s is { Status: "completed", CompletedAt: null }), Single(report, "rows.completed_at_no_time").Count);
        Assert.Equal(data.Matches.Count(static m => m.User1Reputation is null || m.User2Reputation is null), Single(report, "rows.null_counter").Count);
        var halves = open.Where(static s => (s.User1Flag ?? false) != (s.User2Flag ?? false)).Select(static s => $"{s.Id}").ToHashSet();
        Assert.All(Single(report, "rows.half_confirmed").Examples!, id => Assert.Contains(id, halves));
    }

    [Fact]
    public async Task Scores_ChangeUnderFairCountingForAsManyUsersAsCountedByHand()
    {
        await using var database = await ProductDatabase.CreateAsync(await TestPostgres.CreateEmptyDatabaseAsync());
        var data = ProductData.Generate(new(Seed: 8, Now) { Users = 60, Matches = 200, Sessions = 900 });
        await data.InsertAsync(database.Sql, TextWriter.Null);
        await using var old = new OldBackend(database.ConnectionString);
        var sessions = data.Sessions.ToLookup(static session => session.Match);
        SortedSet<string> changed = new(StringComparer.Ordinal);
        foreach (var user in data.Users)
        {
            var fair = 0;
            foreach (var match in data.Matches.Where(match => user.Id == match.User1 || user.Id == match.User2))
            {
                foreach (var session in sessions[match.Id])
                {
                    var word = (user.Id == match.User1 ? session.User1Flag : session.User2Flag) ?? false;
                    fair += session.Status switch { "completed" => 1, "no_show" when !word => -1, _ => 0 };
                }
            }

            var legacy = (await old.GetReputationAsync(user.Id)).Score;
            if (Math.Clamp(fair, -5, 20) is var score && score != legacy) changed.Add($"{user.Id} {legacy} {score}");
        }

        var report = await DoctorCommand.ExamineAsync(database.ConnectionString);

        var found = Single(report, "scores.fair");
        Assert.NotEmpty(changed);
        Assert.Equal(changed.Count, found.Count);
        Assert.Equal(changed, found.Scores!.Select(change => $"{change.User} {change.Legacy} {change.Fair}").Order(StringComparer.Ordinal));
        Assert.Equal(0, Single(report, "scores.legacy").Count);
    }

    [Theory]
    [InlineData("drop index public.idx_wingman_matches_user2", "indexes", "has no index on user2_id")]
    [InlineData(
        "drop index public.idx_wingman_sessions_match_id, public.idx_wingman_sessions_match_participants", "indexes", "has no index on match_id")]
    [InlineData("drop index public.idx_wingman_sessions_scheduled_time", "indexes", "has no index on scheduled_time")]
    [InlineData("alter table public.wingman_sessions drop column notes", "columns", "public.wingman_sessions.notes (text) is missing")]
    [InlineData(
        "alter table public.wingman_matches alter column user1_reputation type bigint", "columns",
        "public.wingman_matches.user1_reputation is bigint, and should be integer")]
    [InlineData("alter table public.wingman_sessions add column place_id int not null", "additions", "wingman_sessions.place_id must be given")]
    [InlineData(
        "alter table public.wingman_sessions drop constraint wingman_sessions_status_check, add check (status in ('scheduled', 'in_progress', 'completed', 'cancelled'))",
        "additions", "does not know the status no_show")]
    [InlineData("alter table public.wingman_sessions drop constraint wingman_sessions_pkey", "additions", "has no unique key on id")]
    [InlineData("drop table public.wingman_sessions", "tables", "public.wingman_sessions is missing")]
    [InlineData(
        "alter table public.wingman_sessions drop constraint wingman_sessions_status_check; insert into public.user_profiles (id) values "
        + "('11111111-1111-4111-8111-111111111111'), ('22222222-2222-4222-8222-222222222222'); with m as (insert into public.wingman_matches (user1_id, user2_id) "
        + "values ('11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222') returning id) "
        + "insert into public.wingman_sessions (match_id, status) select id, 'paused' from m",
        "rows.unknown_status", "1 sessions have a status that Wingman does not know")]
    public async Task AProblem_IsFound_WithItsRemedy(string making, string check, string message)
    {
        await using var database = await ProductDatabase.CreateAsync(await TestPostgres.CreateEmptyDatabaseAsync());
        await database.Sql.ExecuteAsync(making);

        var problem = Assert.Single(
            (await DoctorCommand.ExamineAsync(database.ConnectionString)).Findings, static finding => finding.Severity == Severity.Problem);

        Assert.Equal(check, problem.Check);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        if (check != "indexes") return;

        await database.Sql.ExecuteAsync(problem.Command!);
        Assert.Equal(0, (await DoctorCommand.ExamineAsync(database.ConnectionString)).Problems);
    }

    [Fact]
    public async Task ATriggerOfTheProduct_IsNamed()
    {
        await using var database = await ProductDatabase.CreateAsync(await TestPostgres.CreateEmptyDatabaseAsync());
        await database.Sql.ExecuteAsync("""
            create function public.touch() returns trigger language plpgsql as 'begin return new; end';
            create trigger touch_session before update on public.wingman_sessions for each row execute function public.touch()
            """);

        var report = await DoctorCommand.ExamineAsync(database.ConnectionString);

        Assert.Contains("touch_session", Single(report, "additions").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ALesserRole_IsToldWhatItLacks_AndAfterTheGrantsNothing()
    {
        await using var fixture = await TakenOverFixture.CreateAsync();
        var role = $"lesser_{Guid.NewGuid():N}"[..20];
        await fixture.ExecuteAsync($"create role {role} login; grant usage on schema public to {role}");
        var lesser = new NpgsqlConnectionStringBuilder(fixture.Database.ConnectionString) { Username = role }.ConnectionString;
        await fixture.ExecuteAsync($"grant select on public.wingman_matches, public.wingman_sessions to {role}");

        var before = await DoctorCommand.ExamineAsync(lesser);
        var problems = before.Findings.Where(static finding => finding.Severity == Severity.Problem).ToList();
        Assert.All(problems, static problem => Assert.True(problem.Check is "privileges" or "shown", problem.Check));
        Assert.Contains(problems, static problem => problem.Message.Contains("lacks insert, update on public.wingman_sessions", StringComparison.Ordinal));

        await fixture.ExecuteAsync(problems[0].Command!);
        Assert.Equal(0, (await DoctorCommand.ExamineAsync(lesser)).Problems);
    }

    [Theory]
    [InlineData("revoke select on public.user_profiles from ROLE", "lacks select on public.user_profiles")]
    [InlineData("drop policy \"wingman for ROLE\" on public.user_profiles", "is kept by row-level security from the rows of public.user_profiles")]
    [InlineData(
        "drop policy \"wingman for ROLE\" on public.approach_challenges; create policy \"own challenges\" on public.approach_challenges using (title = 'Mine')",
        "is kept by row-level security from the rows of public.approach_challenges")]
    public async Task ARoleThatDoesNotSeeWhatAnswersShow_IsAProblem_UntilTheGrants(string making, string message)
    {
        await using var fixture = await TakenOverFixture.CreateAsync();
        var role = $"lesser_{Guid.NewGuid():N}"[..20];
        await fixture.ExecuteAsync($"create role {role} login; {RuntimeGrants.For(role)}");
        var lesser = new NpgsqlConnectionStringBuilder(fixture.Database.ConnectionString) { Username = role }.ConnectionString;
        Assert.Equal(0, (await DoctorCommand.ExamineAsync(lesser)).Problems);

        await fixture.ExecuteAsync(making.Replace("ROLE", role, StringComparison.Ordinal));
        var report = await DoctorCommand.ExamineAsync(lesser);
        var problem = Assert.Single(report.Findings, static finding => finding.Severity == Severity.Problem);

        Assert.Equal("shown", problem.Check);
        Assert.DoesNotContain(report.Findings, static finding => finding.Message.Contains("were not checked", StringComparison.Ordinal));
        Assert.Contains($"The role {role} {message}", problem.Message, StringComparison.Ordinal);
        await fixture.ExecuteAsync(problem.Command!);
        Assert.Equal(0, (await DoctorCommand.ExamineAsync(lesser)).Problems);
    }

    [Fact]
    public async Task AWayInToOurSchemas_IsAProblem()
    {
        await using var fixture = await TakenOverFixture.CreateAsync();
        await fixture.ExecuteAsync("grant usage on schema wingman to anon");

        var report = await DoctorCommand.ExamineAsync(fixture.Database.ConnectionString);

        Assert.Contains("revoke all on schema wingman from anon;", Single(report, "privileges").Message, StringComparison.Ordinal);
        Assert.Equal(1, report.Problems);
    }

    [Fact]
    public async Task TheJson_HasTheSameFindings()
    {
        await using var database = await ProductDatabase.CreateAsync(await TestPostgres.CreateEmptyDatabaseAsync());
        var report = await DoctorCommand.ExamineAsync(database.ConnectionString);

        var json = JsonSerializer.Deserialize<JsonElement>(report.ToJson());

        Assert.Equal((report.Problems, report.Warnings), (json.GetProperty("problems").GetInt32(), json.GetProperty("warnings").GetInt32()));
        Assert.Equal(
            report.Findings.Select(static finding => $"{finding.Check} {finding.Severity}").Select(static line => line.ToUpperInvariant()),
            json.GetProperty("findings").EnumerateArray().Select(static finding => $"{finding.GetProperty("check")} {finding.GetProperty("severity")}".ToUpperInvariant()));
    }

    private static Finding Single(DoctorReport report, string check) => Assert.Single(report.Findings, finding => finding.Check == check);
}
