using Microsoft.Extensions.Configuration;
using Npgsql;
using Wingman.Silo.Doctor;
using Wingman.Silo.Doctor.Running;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Doctor;

/// <summary>What the doctor reports about a database that Wingman uses: no problem of a sound one, and each planted problem by its name.</summary>
public sealed class RunningDoctorTests : IAsyncLifetime
{
    private const string Session = "11111111-1111-4111-8111-111111111111";
    private const string Match = "22222222-2222-4222-8222-222222222222";
    private const string User1 = "33333333-3333-4333-8333-333333333333";

    private const string Silo = """
        insert into orleans.orleansmembershipversiontable (deploymentid) values ('wingman');
        insert into orleans.orleansmembershiptable (deploymentid, address, port, generation, siloname, hostname, status, starttime, iamalivetime)
        values ('wingman', '127.0.0.1', 11111, 1, 'a', 'host-a', 3, now() - interval '3 hours', now()
        """;

    private const string Reader = "insert into wingman.log_readers (name, era, tx, id, cut_off_at, seen_at) values ('billing', 1, '1', 0";

    // As on another server that had counted more transactions.
    private const string HighTransaction = "(pg_current_xact_id()::text::bigint + 1000000)::text::xid8";

    private readonly FreshFixture _fixture = new();

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        await _fixture.InitializeAsync();
        await _fixture.ExecuteAsync($"insert into public.wingman_matches (id, user1_id, user2_id, status) values ('{Match}', '{User1}', gen_random_uuid(), 'accepted')");
        await _fixture.ExecuteAsync($"insert into public.wingman_sessions (id, match_id, scheduled_time) values ('{Session}', '{Match}', now() - interval '3 days')");
    }

    /// <inheritdoc/>
    public Task DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task ASoundDatabase_HasNoProblem_AndEveryAspectIsNamed()
    {
        await _fixture.ExecuteAsync($"{Silo});");

        var report = await ExamineAsync();

        Assert.DoesNotContain(report.Findings, static finding => finding.Severity == Severity.Problem);
        // The doctor may report transactions of other tests on the same server.
        Assert.DoesNotContain(report.Findings, static finding => finding.Severity == Severity.Warning && finding.Check != "log_horizon");
        Assert.Superset(
            new HashSet<string> { "server", "connection", "clock", "columns", "schema", "privileges", "own_tables", "own_indexes", "durability", "forgery", "indexes", "cluster", "no_shows", "log_readers", "I1", "I2", "I3", "I4", "I5" },
            report.Findings.Select(static finding => finding.Check).ToHashSet());
        Assert.Contains("has run for 3 hours", Single(report, "cluster").Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("delete from wingman.schema_versions where scriptname like '008%'", "schema", "problem", "lacks 008_operator_acts.sql")]
    [InlineData("insert into wingman.schema_versions (scriptname, applied) values ('900_later.sql', now())", "schema", "warning", "a newer version has used the database")]
    [InlineData("drop schema wingman cascade", "schema", "problem", "no schema of Wingman")]
    [InlineData("drop index public.wingman_sessions_open", "indexes", "problem", "has no index on scheduled_time")]
    [InlineData("drop index wingman.events_session", "own_indexes", "problem", "The index wingman.events_session is missing: explaining a session")]
    [InlineData("alter table wingman.events drop constraint events_pkey", "own_indexes", "problem", "every read of the log would read all of it")]
    [InlineData("update pg_index set indisvalid = false where indexrelid = 'orleans.orleansstorage_key'::regclass", "own_indexes", "problem", "The index orleans.orleansstorage_key is invalid")]
    [InlineData("update pg_index set indisvalid = false where indexrelid = 'public.wingman_sessions_open'::regclass", "indexes", "warning", "The index wingman_sessions_open is invalid")]
    [InlineData("do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$", "server", "problem", "synchronous_commit is off")]
    [InlineData("select 1", "cluster", "warning", "No silo runs")]
    [InlineData($"{Silo} - interval '2 minutes');", "cluster", "problem", "has not reported for 2 minutes that it is alive")]
    [InlineData($"{Silo} + interval '1 minute');", "clock", "warning", "seconds ahead of the database's")]
    [InlineData($"{Silo}); update orleans.orleansmembershiptable set status = 6", "cluster", "warning", "1 silos were declared dead")]
    [InlineData(
        $"{Silo}); update orleans.orleansmembershiptable set status = 6, suspecttimes = '127.0.0.1:11112@1,2026-11-30 18:21:23.916 GMT|127.0.0.1:11111@11,2026-11-30 18:21:23.917 GMT'",
        "cluster", "warning", "1 silos were declared dead")]
    [InlineData($"{Silo}); update wingman.no_show_detection set since = now(), last_round_at = now() - interval '10 minutes'", "no_shows", "problem", "the last round of the no-show detection began 600 seconds ago")]
    [InlineData("update wingman.no_show_detection set since = now() - interval '9 days', last_round_at = now()", "no_shows", "warning", "1 sessions are past their grace period")]
    [InlineData(
        "insert into wingman.log_readers (name, era, tx, id) values ('billing', 1, '1', 0); insert into wingman.events (kind, at, host) select 'observed', now(), 'h' from generate_series(1, 10001)",
        "log_readers", "warning", "The reader billing is 10001 lines of the log behind")]
    [InlineData(
        "insert into wingman.log_readers (name, era, tx, id, cut_off_at, cut_off_reason) values ('billing', 1, '1', 0, now(), 'it is gone')",
        "log_readers", "warning", "(it is gone): nothing is sent to it")]
    [InlineData("insert into wingman.log_readers (name, era, tx, id, failing_since) values ('billing', 1, '1', 0, now())", "log_readers", "warning", "The reader billing has accepted nothing since")]
    [InlineData($"{Silo}); {Reader}, null, now() - interval '10 minutes')", "log_readers", "warning", "No silo has served the reader billing for 10 minutes")]
    [InlineData(
        "insert into wingman.log_readers (name, era, tx, id) values ('billing', 1, '1', 0); insert into wingman.webhook_dead_letters (receiver, era, tx, id, kind, attempts, first_attempt_at, last_failure) values ('billing', 1, '1', 1, 'completed', 12, now(), '500')",
        "log_readers", "warning", "1 events are dead letters of the reader billing")]
    [InlineData($"insert into wingman.events (session_id, kind, actor, at, host) values ('{Session}', 'confirmed', '{User1}', now(), 'h')", "I1", "problem", "1 sessions have a confirmation in the log that is not in their row")]
    [InlineData(
        $"insert into wingman.events (session_id, kind, actor, at, host) values ('{Session}', 'confirmed', '{User1}', now(), 'h'), ('{Session}', 'observed', null, now(), 'h')",
        "I1", "warning", "and a grain noticed it")]
    [InlineData(
        $"update public.wingman_sessions set status = 'completed', completed_at = now(); update public.wingman_matches set user1_reputation = 1, user2_reputation = 1; insert into wingman.events (session_id, kind, at, host) values ('{Session}', 'completed', now(), 'h')",
        "I2", "problem", "lacks a confirmation or has another time of completion")]
    [InlineData($"insert into wingman.events (session_id, kind, at, host) select '{Session}', 'completed', now(), 'h' from generate_series(1, 2)", "I4", "problem", "more than one completion in the log")]
    [InlineData($"insert into wingman.events (session_id, kind, at, host) values ('{Session}', 'cancelled', now(), 'h')", "I5", "problem", "1 sessions have another end in their row than in the log")]
    public async Task APlantedProblem_IsFound(string planting, string check, string severity, string message)
    {
        await _fixture.ExecuteAsync(planting);
        NpgsqlConnection.ClearAllPools();

        var report = await ExamineAsync();

        Assert.Contains(report.Findings, finding =>
            finding.Check == check && finding.Severity.ToString().Equals(severity, StringComparison.OrdinalIgnoreCase) && finding.Message.Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task ACounterOfAMatchThatIsTooLow_IsFoundWithASessionToExplain()
    {
        await _fixture.ExecuteAsync($"insert into wingman.events (session_id, kind, at, host) values ('{Session}', 'completed', now(), 'h')");

        var low = Single(await ExamineAsync(), "I4");

        Assert.Equal(Severity.Problem, low.Severity);
        Assert.Equal(1L, low.Count);
        Assert.Equal([Session], low.Examples);
        Assert.Equal($"./wingman explain session {Session}", low.Command);
        Assert.EndsWith($"Counters are too low in matches such as {Match}.", low.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:11111@1,2026-11-30 18:21:23.916 GMT")]
    [InlineData("127.0.0.1:11112@1,2026-11-30 18:21:20.001 GMT|127.0.0.1:11111@1,2026-11-30 18:21:23.916 GMT")]
    public async Task ASiloThatStoppedProperly_WasNotDeclaredDead(string suspectTimes)
    {
        await _fixture.ExecuteAsync($"{Silo}); update orleans.orleansmembershiptable set status = 6, suspecttimes = '{suspectTimes}'");

        Assert.DoesNotContain((await ExamineAsync()).Findings, static finding => finding.Message.Contains("declared dead", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData($"{Silo}); {Reader}, null, now() - interval '1 minute')")]
    [InlineData($"{Silo}); {Reader}, now(), now() - interval '10 minutes')")]
    [InlineData($"{Silo}); update orleans.orleansmembershiptable set starttime = now(); {Reader}, null, now() - interval '10 minutes')")]
    [InlineData($"{Reader}, null, now() - interval '10 minutes')")]
    public async Task AReaderThatASiloServes_OrThatNoneCanServe_IsNotCalledUnserved(string planting)
    {
        await _fixture.ExecuteAsync(planting);

        Assert.DoesNotContain((await ExamineAsync()).Findings, static finding => finding.Message.Contains("No silo has served", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ARestoredBackup_WhoseTransactionsAreHigherThanTheServers_HasNoProblem_AndIsNotBehind()
    {
        await _fixture.ExecuteAsync($"""
            insert into wingman.events (session_id, kind, at, host, tx) values ('{Session}', 'no_show', now() - interval '2 days', 'h', {HighTransaction});
            insert into wingman.events (kind, at, host, tx) select 'observed', now() - interval '2 days', 'h', {HighTransaction} from generate_series(1, 10001);
            insert into wingman.log_eras (identity, last_id) select 'another/00000001', max(id) from wingman.events;
            insert into wingman.log_readers (name, era, tx, id) select 'billing', max(era), '1', 0 from wingman.log_eras;
            insert into wingman.events (session_id, kind, at, host) values ('{Session}', 'completed', '2026-03-04T05:06:07Z', 'h');
            update public.wingman_sessions set status = 'completed', completed_at = '2026-03-04T05:06:07Z',
              user1_completed_confirmed_by_user2 = true, user2_completed_confirmed_by_user1 = true;
            update public.wingman_matches set user1_reputation = 1, user2_reputation = 1
            """);

        var report = await ExamineAsync();

        Assert.DoesNotContain(report.Findings, static finding => finding.Severity == Severity.Problem);
        Assert.Equal(Severity.Ok, Single(report, "I5").Severity);
        var reader = Single(report, "log_readers");
        Assert.Equal(Severity.Ok, reader.Severity);
        Assert.Equal("The reader billing is 1 lines of the log behind.", reader.Message);
    }

    [Fact]
    public async Task AReaderInAnEraThatIsOver_IsBehindByTheLinesOfTheNextOne()
    {
        await _fixture.ExecuteAsync($"""
            insert into wingman.log_readers (name, era, tx, id) select 'billing', max(era), {HighTransaction}, 0 from wingman.log_eras;
            insert into wingman.log_eras (identity, last_id) select 'another/00000001', coalesce(max(id), 0) from wingman.events;
            insert into wingman.events (kind, at, host) select 'observed', now(), 'h' from generate_series(1, 3)
            """);

        Assert.Equal("The reader billing is 3 lines of the log behind.", Single(await ExamineAsync(), "log_readers").Message);
    }

    [Fact]
    public async Task TheNewestLines_AreThoseOfTheLatestEra()
    {
        await _fixture.ExecuteAsync($"""
            insert into wingman.events (session_id, kind, at, host, tx)
            select '{User1}', 'observed', now() - interval '2 days', 'h', {HighTransaction} from generate_series(1, {InvariantChecks.Newest});
            insert into wingman.log_eras (identity, last_id) select 'another/00000001', max(id) from wingman.events;
            insert into wingman.events (session_id, kind, at, host) values ('{Session}', 'cancelled', now(), 'h')
            """);

        Assert.Equal(Severity.Problem, Single(await ExamineAsync(), "I5").Severity);
    }

    /// <summary>A session that comes due while the service is down gets a grace period after it, and another where that one ends while it is down again.</summary>
    [Fact]
    public async Task ASessionWhoseNewGracePeriodEndedInAnotherGap_IsNotDueYet()
    {
        await _fixture.ExecuteAsync("""
            update public.wingman_sessions set scheduled_time = now() - interval '89 hours';
            update wingman.no_show_detection set since = now() - interval '100 hours', last_round_at = now();
            insert into wingman.service_gaps (from_time, to_time)
            values (now() - interval '90 hours', now() - interval '42 hours'), (now() - interval '22 hours', now() - interval '12 hours')
            """);
        Assert.Equal(Severity.Ok, Single(await ExamineAsync(), "no_shows").Severity);

        await _fixture.ExecuteAsync("delete from wingman.service_gaps where to_time > now() - interval '20 hours'");

        var due = Single(await ExamineAsync(), "no_shows");
        Assert.Equal(Severity.Warning, due.Severity);
        Assert.Equal(1L, due.Count);
        Assert.Equal([Session], due.Examples);
    }

    [Theory]
    [InlineData(-10, -1, Severity.Warning)]
    [InlineData(-1, -10, Severity.Ok)]
    public async Task TheConfiguredSince_OverridesTheMomentOfTheSwitch(int configured, int stored, object severity)
    {
        await _fixture.ExecuteAsync($"update wingman.no_show_detection set since = now() + interval '{stored} days', last_round_at = now()");
        await using var connection = await _fixture.Sql.OpenConnectionAsync();

        var findings = await new BacklogChecks(new() { Since = TimeProvider.System.GetUtcNow().AddDays(configured) }).RunAsync(connection);

        Assert.Equal(severity, Assert.Single(findings, static finding => finding.Check == "no_shows").Severity);
    }

    [Theory]
    [InlineData(1.0, Severity.Ok)]
    [InlineData(10.0, Severity.Warning)]
    [InlineData(-120.0, Severity.Problem)]
    public async Task ClockSkew_IsFound(double seconds, object severity)
    {
        var report = await ExamineAsync(new SkewedClock(TimeSpan.FromSeconds(seconds)));

        Assert.Equal(severity, Single(report, "clock").Severity);
    }

    [Fact]
    public async Task ADeploymentThatDoesNotAnswer_IsAProblem() => Assert.Contains(
        "does not answer",
        Assert.Single(await DeploymentCheck.RunAsync(new("http://127.0.0.1:1"), TimeProvider.System), static finding => finding.Severity == Severity.Problem).Message,
        StringComparison.Ordinal);

    private static Finding Single(DoctorReport report, string check) => Assert.Single(report.Findings, finding => finding.Check == check);

    private Task<DoctorReport> ExamineAsync(TimeProvider? clock = null) =>
        DoctorCommand.ExamineAsync(_fixture.ConnectionString, DoctorCommand.RunningChecks(new ConfigurationBuilder().Build(), clock ?? TimeProvider.System));

    private sealed class SkewedClock(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + ahead;
    }
}
