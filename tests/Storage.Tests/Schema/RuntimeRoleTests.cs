using Npgsql;
using Wingman.Silo.Schema;
using Wingman.Silo.Storage;
using Wingman.Silo.Storage.Log;
using Wingman.Storage.Tests.Fixtures;
using Wingman.Storage.Tests.Log;

namespace Wingman.Storage.Tests.Schema;

/// <summary>The service as a role with only the privileges that <c>schema grants</c> prints.</summary>
public abstract class RuntimeRoleTests(StorageFixture fixture)
{
    /// <summary>On a fresh database.</summary>
    public sealed class OnFreshDatabase(FreshFixture fixture) : RuntimeRoleTests(fixture), IClassFixture<FreshFixture>;

    /// <summary>On the product's own database.</summary>
    public sealed class OnExistingDatabase(ExistingFixture fixture) : RuntimeRoleTests(fixture), IClassFixture<ExistingFixture>
    {
        [Fact]
        public async Task ServiceRoleOfTheProduct_IsAboveRowSecurity_AndNeedsNoPolicy()
        {
            await fixture.ExecuteAsync("create role backend login in role service_role bypassrls");

            await CheckAsync(AsRole("backend"));
        }

        [Theory]
        [InlineData("for update using (true)")]
        [InlineData("using (id = '00000000-0000-0000-0000-000000000001')")]
        [InlineData("as restrictive using (true)")]
        public async Task PolicyThatHidesRows_IsNotEnough(string policy)
        {
            var role = await NewRoleAsync();
            await fixture.ExecuteAsync($"""
                grant usage on schema public to {role}; grant select, insert, update on wingman_matches, wingman_sessions to {role};
                drop policy if exists half on wingman_matches; drop policy if exists half on wingman_sessions;
                create policy half on wingman_matches {policy.Replace("using", $"to {role} using", StringComparison.Ordinal)};
                create policy half on wingman_sessions {policy.Replace("using", $"to {role} using", StringComparison.Ordinal)};
                """);

            await Assert.ThrowsAsync<RowSecurityException>(() => CheckAsync(AsRole(role)));

            await fixture.ExecuteAsync("drop policy half on wingman_matches; drop policy half on wingman_sessions");
        }

        [Theory]
        [InlineData("using (notes is null)")]
        [InlineData("for insert to ROLE with check (false)")]
        [InlineData("for update to GROUP using (false)")]
        public async Task RestrictivePolicyWithACondition_IsRefused_AndNoGrantsAreOffered(string policy)
        {
            var (role, group) = (await NewRoleAsync(), await NewRoleAsync());
            await fixture.ExecuteAsync($"grant {group} to {role}; {RuntimeGrants.For(role)}");
            await CheckAsync(AsRole(role));

            var refused = await WithRestrictiveAsync(
                policy.Replace("ROLE", role, StringComparison.Ordinal).Replace("GROUP", group, StringComparison.Ordinal),
                () => Assert.ThrowsAsync<RowSecurityException>(() => CheckAsync(AsRole(role))));

            Assert.Contains("'barrier'", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("schema grants", refused.Message, StringComparison.Ordinal);
        }

        [Theory]
        [InlineData("using (true) with check (true)")]
        [InlineData("for delete using (false)")]
        [InlineData("for update to anon, authenticated using (false)")]
        public async Task RestrictivePolicyThatTakesNothingFromTheRole_IsNoObstacle(string policy)
        {
            var role = await NewRoleAsync();
            await fixture.ExecuteAsync(RuntimeGrants.For(role));

            await WithRestrictiveAsync(policy, async () =>
            {
                await CheckAsync(AsRole(role));
                return true;
            });
        }

        [Fact]
        public async Task GrantsThatCannotHaveTheirLock_GiveUp_AndLeaveTheTableAsItWas()
        {
            var role = await NewRoleAsync();
            await using var reader = await OtherWriter.BeginAsync(fixture, "select count(*) from public.wingman_sessions");
            // A script that fails leaves its transaction open, so its connection must not return to the pool.
            await using var owner = new NpgsqlConnection($"{fixture.ConnectionString};Pooling=false");
            await owner.OpenAsync();
            await using var grants = new NpgsqlCommand(RuntimeGrants.For(role), owner) { CommandTimeout = 60 };

            var refused = await Assert.ThrowsAsync<PostgresException>(() => grants.ExecuteNonQueryAsync());

            Assert.Equal(PostgresErrorCodes.LockNotAvailable, refused.SqlState);
            Assert.Equal(0, await fixture.ScalarAsync<long>("select count(*) from pg_policies where policyname = $1", $"wingman for {role}"));
        }

        [Fact]
        public async Task GrantsThatAreThereAlready_NeedNoLock()
        {
            var role = await NewRoleAsync();
            await fixture.ExecuteAsync(RuntimeGrants.For(role));
            await using var reader = await OtherWriter.BeginAsync(
                fixture, "select count(*) from public.wingman_sessions, public.wingman_matches, public.user_profiles, public.approach_challenges");

            await fixture.ExecuteAsync(RuntimeGrants.For(role));

            Assert.Equal(4, await fixture.ScalarAsync<long>("select count(*) from pg_policies where policyname = $1", $"wingman for {role}"));
        }

        [Fact]
        public async Task GrantsWhosePolicyWasChanged_MakeItRightAgain()
        {
            var role = await NewRoleAsync();
            await fixture.ExecuteAsync(RuntimeGrants.For(role));
            await fixture.ExecuteAsync($"alter policy \"wingman for {role}\" on public.wingman_sessions using (false)");

            await fixture.ExecuteAsync(RuntimeGrants.For(role));

            Assert.Equal("true", await fixture.ScalarAsync<string>(
                "select qual from pg_policies where policyname = $1 and tablename = 'wingman_sessions'", $"wingman for {role}"));
        }

        private async Task<T> WithRestrictiveAsync<T>(string policy, Func<Task<T>> check)
        {
            await fixture.ExecuteAsync($"create policy barrier on wingman_sessions as restrictive {policy}");
            try
            {
                return await check();
            }
            finally
            {
                await fixture.ExecuteAsync("drop policy barrier on wingman_sessions");
            }
        }
    }

    [Fact]
    public async Task RoleWithoutPolicies_IsRefused_AndTheRefusalNamesTheRemedy()
    {
        var role = await NewRoleAsync();
        await fixture.ExecuteAsync($"grant select, insert, update on wingman_matches, wingman_sessions to {role}");

        var refused = await Assert.ThrowsAsync<RowSecurityException>(() => CheckAsync(AsRole(role)));

        Assert.Contains($"'{role}'", refused.Message, StringComparison.Ordinal);
        // A start that is refused prints the message on one line, from which the statements are to be copied.
        Assert.DoesNotContain(refused.Message, char.IsControl);
        await fixture.ExecuteAsync(refused.Message[refused.Message.IndexOf("grant usage ", StringComparison.Ordinal)..]);
        await CheckAsync(AsRole(role));
    }

    [Fact]
    public async Task Grants_LetTheRoleRunTheService()
    {
        var asRole = await GrantedAsync();
        await using var background = NpgsqlDataSource.Create(asRole);
        var features = new ProductFeatures();
        await using (var connection = await background.OpenConnectionAsync()) await features.ReadAsync(connection, CancellationToken.None);
        var tables = fixture.Open(connectionString: asRole, features: features);
        var match = await SeededMatch.NewAsync(fixture);

        var version = await tables.WriteAsync(match.Key, null, match.State);
        var session = SeededMatch.NewSession();
        await tables.WriteAsync(match.Key, version, match.State with { NewSession = session });
        var seeded = new SeededSession(session.Id.Value, match.Id, match.State.User1.Value, match.State.User2.Value);
        await seeded.WriteAsync(tables, seeded.Confirmed);
        await seeded.WriteAsync(tables, seeded.Completed);

        Assert.Equal("completed true true 20:30 1 1 scheduled,confirmed,completed", await seeded.RowsAsync(fixture));
        Assert.Equal(new(1, 0), await tables.CountAsync(match.State.User1));
        Assert.Single((await tables.ReadHistoryAsync(match.State.User2, null, 10)).Credits);
        Assert.NotNull(await tables.FindAsync(seeded.Key));
        await tables.AppendAsync(seeded.Key, new(Events.EventKind.Observed, SeededSession.Then), "a detail");
        await new NoShowTable(background).BeginRoundAsync(new() { Enabled = true }, SeededSession.Then);
        await new NoShowTable(background).BeginRoundAsync(new() { Enabled = true }, SeededSession.Then.AddHours(2));
        await ReadTheLogAsync(background);
        await SchemaMigrator.ApplyAsync(asRole, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, CancellationToken.None);
    }

    [Theory]
    [InlineData("update orleans.orleansquery set querytext = ''")]
    [InlineData("delete from public.wingman_sessions")]
    [InlineData("delete from public.wingman_matches")]
    [InlineData("truncate wingman.events")]
    [InlineData("delete from wingman.schema_versions")]
    [InlineData("create table wingman.mine (id int)")]
    [InlineData("alter table public.wingman_sessions disable row level security")]
    public async Task Grants_AllowNoMore(string statement)
    {
        var asRole = await GrantedAsync();

        var refused = await Assert.ThrowsAsync<PostgresException>(() => Database.ExecuteAsync(asRole, statement));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    // All statements of the log's readers, and those of a writer after a failover.
    private static async Task ReadTheLogAsync(NpgsqlDataSource asRole)
    {
        var reader = new LogReader(asRole);
        var line = (await reader.FirstAsync(1))[0];
        await reader.FindEndAsync();
        await reader.FindAsync([line.Position]);
        await reader.MeasureLagAsync(line.Position);
        var webhooks = new WebhookTable(asRole);
        await webhooks.DescribeAsync([line.Session!.Value]);
        await webhooks.ReportAsync("receiver", new(line.Position, 0, null, null, null, null));
        await webhooks.StoreDeadLetterAsync("receiver", new(new(line.Position, "id", "session.completed", Guid.Empty, [])) { FirstFailedAt = SeededSession.Then, LastFailure = "answered 400" });
        await webhooks.SetDoneAsync("receiver", await webhooks.FindRequestsAsync("receiver"));
        await new LogTrim(asRole).CutOffUnseenAsync(TimeSpan.FromDays(3));
        await new LogTrim(asRole).TrimAsync(DateTimeOffset.UnixEpoch);
        await using var connection = await asRole.OpenConnectionAsync();
        await LogEras.RecordAsync(connection, $"another/{Guid.NewGuid()}", CancellationToken.None);
    }

    private async Task<string> GrantedAsync()
    {
        // A name that needs quotes, and grants that are made twice.
        var role = $"service \"{Guid.NewGuid():N}\"";
        await fixture.ExecuteAsync($"create role \"{role.Replace("\"", "\"\"", StringComparison.Ordinal)}\" login; {RuntimeGrants.For(role)}");
        await fixture.ExecuteAsync(RuntimeGrants.For(role));
        await CheckAsync(AsRole(role));
        return AsRole(role);
    }

    private async Task<string> NewRoleAsync()
    {
        var role = $"lesser_{Guid.NewGuid():N}";
        await fixture.ExecuteAsync($"create role {role} login");
        return role;
    }

    private string AsRole(string role) => new NpgsqlConnectionStringBuilder(fixture.ConnectionString) { Username = role }.ConnectionString;

    private static async Task CheckAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await RowSecurityCheck.RunAsync(connection, CancellationToken.None);
    }
}
