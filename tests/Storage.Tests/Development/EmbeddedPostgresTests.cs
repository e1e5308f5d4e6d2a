using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Wingman.Development;
using Wingman.Testing;

namespace Wingman.Storage.Tests.Development;

public sealed class EmbeddedPostgresTests : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("wingman-test-").FullName;

    public EmbeddedPostgresTests()
    {
        // Readable by everyone, as a checkout is, so that the server's user has access.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_parent, Mode(755));
    }

    private string Wanted => Path.Combine(_parent, "postgres");

    public void Dispose()
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_parent, Mode(755));
        Directory.Delete(_parent, recursive: true);
    }

    [Fact]
    public async Task Start_GivesADurableServerOnAPrivateSocketOnly()
    {
        await using var server = await StartAsync(keep: false);

        Assert.Equal("listen_addresses=, fsync=on, full_page_writes=on, max_connections=200, synchronous_commit=on", await ScalarAsync(server, """
            select string_agg(name || '=' || setting, ', ' order by name <> 'listen_addresses', name) from pg_settings
            where name in ('listen_addresses', 'fsync', 'synchronous_commit', 'full_page_writes', 'max_connections')
            """));
        Assert.Equal("wingman", await ScalarAsync(server, "select current_database()"));
        var sockets = new NpgsqlConnectionStringBuilder(server.GetConnectionString()).Host!;
        if (!OperatingSystem.IsWindows()) Assert.Equal(Mode(700), File.GetUnixFileMode(sockets));
    }

    [Fact]
    public async Task Kept_StopsAndServesTheSameDataAtTheNextStart()
    {
        await using (var first = await StartAsync(keep: true))
            await ScalarAsync(first, "create table kept as select 'still here' as said");
        Assert.False(File.Exists(Path.Combine(Wanted, "data", "postmaster.pid")));

        await using var second = await StartAsync(keep: true);

        Assert.Equal("still here", await ScalarAsync(second, "select said from kept"));
    }

    [Fact]
    public async Task ThrowAway_WhenItsProcessIsKilled_StopsAndLeavesNothingBehind()
    {
        using var holder = await ServerHolder.StartAsync(Wanted, keep: false);
        Assert.True(File.Exists(Path.Combine(Wanted, "data", "postmaster.pid")));

        holder.Kill();

        await Eventually.BecomesAsync("the directory is gone", _ => Task.FromResult(Directory.Exists(Wanted)), exists => !exists);
    }

    [Fact]
    public async Task Kept_WhenItsProcessIsKilled_ServesTheSameDataToASuccessorAtOnce()
    {
        using (var holder = await ServerHolder.StartAsync(Wanted, keep: true))
        {
            await ScalarAsync(ConnectionString(), "create table kept as select 'still here' as said");
            holder.Kill();
        }

        await using var successor = await StartAsync(keep: true);

        Assert.Equal("still here", await ScalarAsync(successor, "select said from kept"));
        await successor.StopAsync();
        await successor.StartAgainAsync();
        Assert.Equal("still here", await ScalarAsync(successor, "select said from kept"));
    }

    [Fact]
    public async Task ASecondProcess_SharesTheServer_AndTakesOverWhenTheFirstIsGone()
    {
        using var owner = await ServerHolder.StartAsync(Wanted, keep: true);
        await using var joined = await StartAsync(keep: true);
        await ScalarAsync(joined, "create table kept as select 'still here' as said");
        await Assert.ThrowsAsync<InvalidOperationException>(() => joined.StopAsync());

        var first = joined.PostmasterPid;
        owner.Kill();

        await Eventually.BecomesAsync("another server answers", async _ =>
            (Pid: joined.PostmasterPid, Said: await ScalarAsync(joined, "select said from kept")), seen => seen.Pid != first && seen.Said == "still here");
        await joined.StopAsync();
    }

    [Fact]
    public async Task StartAgain_AfterThePostmasterWasKilled_RecoversWhatWasCommitted()
    {
        await using var server = await StartAsync(keep: false);
        await ScalarAsync(server, "create table kept as select 'still here' as said");
        for (var round = 0; round < 3; round++)
        {
            // With a busy backend that still runs for a moment after the server's end.
            var orphan = ScalarAsync(server, "select count(*)::text from generate_series(1, 5000000)");
            using (var postmaster = Process.GetProcessById(server.PostmasterPid))
                postmaster.Kill();

            await server.StartAgainAsync();

            Assert.Equal("still here", await ScalarAsync(server, "select said from kept"));
            await ((Task)orphan).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    [Fact]
    public async Task Start_WhereTheServersUserCannotWork_UsesAnotherPlaceAndFindsItAgain()
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_parent, Mode(Environment.IsPrivilegedProcess ? 700 : 500));
        string place;
        await using (var first = await StartAsync(keep: true))
        {
            place = first.Directory;
            await ScalarAsync(first, "create table kept as select 'still here' as said");
        }

        await using (var second = await StartAsync(keep: true))
        {
            Assert.Equal(place, second.Directory);
            Assert.Equal("still here", await ScalarAsync(second, "select said from kept"));
        }

        Assert.NotEqual(Wanted, place);
        if (Environment.IsPrivilegedProcess) Assert.Equal(place, (await File.ReadAllTextAsync(Wanted + ".location")).Trim());
        Directory.Delete(place, recursive: true);
    }

    [Fact]
    public async Task Start_InAPathTooLongOrOddForASocket_PutsTheSocketElsewhere()
    {
        var directory = Path.Combine(_parent, "it's a path, with spaces", new string('x', 100));
        await using var server = await EmbeddedPostgres.StartAsync(new() { Directory = directory, Keep = false }, NullLogger.Instance, CancellationToken.None);
        Assert.Equal(directory, server.Directory);
        Assert.Equal("1", await ScalarAsync(server, "select 1::text"));
    }

    [Fact]
    public async Task Binaries_WhenThereAreNone_TheMessageSaysTheThreeWaysToGoOn()
    {
        var missing = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => PostgresBinaries.FindAsync(madeBy: 9999, CancellationToken.None));
        Assert.Contains("apt-get install postgresql", missing.Message, StringComparison.Ordinal);
        Assert.Contains("docker compose", missing.Message, StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings__Wingman", missing.Message, StringComparison.Ordinal);
    }

    // The decimal digits are those that chmod takes.
    private static UnixFileMode Mode(int digits) => (UnixFileMode)Convert.ToInt32(digits.ToString(System.Globalization.CultureInfo.InvariantCulture), 8);

    private Task<EmbeddedPostgres> StartAsync(bool keep) =>
        EmbeddedPostgres.StartAsync(new() { Directory = Wanted, Keep = keep }, NullLogger.Instance, CancellationToken.None);

    private string ConnectionString() => $"Host={Path.Combine(Wanted, "socket")};Username=wingman;Database=wingman;SSL Mode=Disable";

    private static Task<string?> ScalarAsync(EmbeddedPostgres server, string sql) => ScalarAsync(server.GetConnectionString(), sql);

    private static async Task<string?> ScalarAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return (string?)await command.ExecuteScalarAsync();
    }
}
