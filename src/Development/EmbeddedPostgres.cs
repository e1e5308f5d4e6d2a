using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Wingman.Development;

/// <summary>
/// A real, private Postgres server for development and tests: durable settings, reachable by a unix socket that only its user (and root)
/// can open. It stops when this process ends, however it ends. Processes that ask for the same directory share one server: the first owns
/// it, and another takes over when the owner is gone.
/// </summary>
public sealed partial class EmbeddedPostgres : IAsyncDisposable
{
    private const string User = "wingman";
    private const string DefaultDatabase = "wingman";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly EmbeddedPostgresOptions _options;
    private readonly DataRoot _root;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _ended = new();
    private FileStream? _ownership;
    private Supervisor? _supervisor;
    private Task _takeOver = Task.CompletedTask;

    private EmbeddedPostgres(EmbeddedPostgresOptions options, DataRoot root, ILogger logger) =>
        (_options, _root, _logger) = (options, root, logger);

    /// <summary>Where the data is: the directory asked for, or the one that was used instead.</summary>
    public string Directory => _root.Path;

    /// <summary>The process id of the running server.</summary>
    public int PostmasterPid =>
        int.Parse(File.ReadLines(Path.Combine(_root.Data, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    /// <summary>Starts a server on the directory, or joins the one that runs there. Database <c>wingman</c> exists on return.</summary>
    /// <param name="options">What the server should be like.</param>
    /// <param name="logger">The log.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="EmbeddedPostgresException">No server is available; the message says why and what to do.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, ILogger logger, CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows())
            throw new EmbeddedPostgresException("The private Postgres server needs a Unix system: set ConnectionStrings__Wingman, or use docker compose.");

        var server = new EmbeddedPostgres(options, await DataRoot.PrepareAsync(options, cancellation), logger);
        try
        {
            await server.OwnOrJoinAsync(cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>How to reach a database of this server.</summary>
    /// <param name="database">The database.</param>
    public string GetConnectionString(string database = DefaultDatabase) => new NpgsqlConnectionStringBuilder
    {
        Host = _root.Sockets,
        // A socket is named by the port, also where the server listens to no network.
        Port = _options.Settings.TryGetValue("port", out var port) ? int.Parse(port, CultureInfo.InvariantCulture) : NpgsqlConnection.DefaultPort,
        Username = User,
        Database = database,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    /// <summary>Creates a database, empty or as a copy of a template that nobody is connected to.</summary>
    /// <param name="name">The new database.</param>
    /// <param name="template">What it is a copy of.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task CreateDatabaseAsync(string name, string template = "template1", CancellationToken cancellation = default)
    {
        await using var connection = await ConnectAsync("postgres", cancellation);
        await using var create = new NpgsqlCommand($"create database \"{name}\" template \"{template}\"", connection);
        await create.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Stops the server; the data stays.</summary>
    /// <param name="immediate">As in a crash: connections are cut and nothing is flushed.</param>
    public async Task StopAsync(bool immediate = false) => await OwnSupervisor().StopServerAsync(immediate);

    /// <summary>
    /// Starts a server that was stopped or killed. What a killed one leaves behind may make the first attempts fail, so the start is
    /// retried until the deadline.
    /// </summary>
    /// <param name="cancellation">Gives up.</param>
    public async Task StartAgainAsync(CancellationToken cancellation = default)
    {
        var supervisor = OwnSupervisor();
        var waited = Stopwatch.StartNew();
        await ServerSettings.WriteAsync(_root, _options.Settings, cancellation);
        while (!await supervisor.StartServerAsync())
        {
            if (waited.Elapsed > _options.StartDeadline)
                throw new EmbeddedPostgresException($"Postgres did not start within {_options.StartDeadline}. {await EndOfServerLogAsync(cancellation)}");
            await Task.Delay(Pause, cancellation);
        }
    }

    /// <summary>Stops the server if it is ours, and removes the data unless it is to be kept.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _takeOver;
        if (_supervisor is { } supervisor)
        {
            await supervisor.DisposeAsync();
            LogStopped(_logger, _root.Path);
        }

        _supervisor = null;
        _ownership?.Dispose();
        _ended.Dispose();
    }

    private async Task OwnOrJoinAsync(CancellationToken cancellation)
    {
        for (var waited = Stopwatch.StartNew(); ;)
        {
            if (await TryOwnAsync(cancellation)) return;

            if (await IsServingAsync(cancellation))
            {
                LogJoined(_logger, _root.Path);
                _takeOver = TakeOverAfterOwnerAsync();
                return;
            }

            if (waited.Elapsed > _options.StartDeadline)
                throw new EmbeddedPostgresException($"Another process owns {_root.Path}, but no server answers there. {await EndOfServerLogAsync(cancellation)}");
            await Task.Delay(Pause, cancellation);
        }
    }

    private async Task<bool> TryOwnAsync(CancellationToken cancellation)
    {
        try
        {
            // A lock of the open file: it ends with this process, even if the server or its supervisor goes on.
            _ownership = new FileStream(_root.OwnerLock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(_root.OwnerLock))
        {
            return false;
        }

        var made = Path.Combine(_root.Data, "PG_VERSION");
        int? madeBy = File.Exists(made) ? int.Parse(await File.ReadAllTextAsync(made, cancellation), CultureInfo.InvariantCulture) : null;
        var binaries = await PostgresBinaries.FindAsync(madeBy, cancellation);
        var supervisor = Supervisor.Start(binaries, _root, _options.Keep);
        _supervisor = supervisor;
        if (madeBy is null) await InitializeAsync(binaries, cancellation);

        // The server of an earlier owner that was killed may still run for a moment, until its supervisor has stopped it.
        if (await IsServingAsync(cancellation)) await supervisor.EvictServerAsync();
        await StartAgainAsync(cancellation);
        await EnsureDatabaseAsync(cancellation);
        LogStarted(_logger, binaries.MajorVersion, _root.Path);
        return true;
    }

    // Tries until the owner has ended; then its server has ended too, or is being stopped.
    private async Task TakeOverAfterOwnerAsync()
    {
        while (!_ended.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Pause, _ended.Token);
                if (await TryOwnAsync(_ended.Token)) return;
            }
            catch (OperationCanceledException) when (_ended.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (failure is EmbeddedPostgresException or NpgsqlException or IOException)
            {
                LogTakeOverFailed(_logger, failure, _root.Path);
                return;
            }
        }
    }

    private async Task InitializeAsync(PostgresBinaries binaries, CancellationToken cancellation)
    {
        // Made under another name and then renamed, so that what an interrupted attempt leaves is not used.
        const string Script = """
            rm -rf "$2.new" && "$1" -D "$2.new" -U "$3" --auth-local=trust --auth-host=reject --no-locale --encoding=UTF8 $4 &&
            echo "include 'wingman.conf'" >>"$2.new/postgresql.conf" && mv "$2.new" "$2"
            """;
        var (exitCode, output) = await _root.Account.RunAsync(
            ["sh", "-c", Script, "sh", binaries.InitDb, _root.Data, User, _options.Keep ? "" : "--no-sync"], cancellation);
        if (exitCode != 0) throw new EmbeddedPostgresException($"initdb failed in {_root.Path}: {output.Trim()}");
    }

    private async Task EnsureDatabaseAsync(CancellationToken cancellation)
    {
        await using var connection = await ConnectAsync("postgres", cancellation);
        await using var exists = new NpgsqlCommand($"select 1 from pg_database where datname = '{DefaultDatabase}'", connection);
        if (await exists.ExecuteScalarAsync(cancellation) is null) await CreateDatabaseAsync(DefaultDatabase, cancellation: cancellation);
    }

    private async Task<bool> IsServingAsync(CancellationToken cancellation)
    {
        try
        {
            await using var connection = await ConnectAsync("postgres", cancellation);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private async Task<NpgsqlConnection> ConnectAsync(string database, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(GetConnectionString(database) + ";Pooling=false");
        try
        {
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private Supervisor OwnSupervisor() =>
        _supervisor ?? throw new InvalidOperationException($"The server in {_root.Path} belongs to another process.");

    private async Task<string> EndOfServerLogAsync(CancellationToken cancellation) => File.Exists(_root.ServerLog)
        ? string.Join(Environment.NewLine, (await File.ReadAllLinesAsync(_root.ServerLog, cancellation)).TakeLast(8))
        : "";

    [LoggerMessage(Level = LogLevel.Information, Message = "Private Postgres {Version} started in {Directory}")]
    private static partial void LogStarted(ILogger logger, int version, string directory);

    [LoggerMessage(Level = LogLevel.Information, Message = "Joined the private Postgres that another process runs in {Directory}")]
    private static partial void LogJoined(ILogger logger, string directory);

    [LoggerMessage(Level = LogLevel.Information, Message = "Private Postgres in {Directory} stopped")]
    private static partial void LogStopped(ILogger logger, string directory);

    [LoggerMessage(Level = LogLevel.Error, Message = "The private Postgres in {Directory} lost its owner and could not be started again")]
    private static partial void LogTakeOverFailed(ILogger logger, Exception exception, string directory);
}
