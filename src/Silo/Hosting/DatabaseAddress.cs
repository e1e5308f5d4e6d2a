using Npgsql;
using Wingman.Silo.Schema;
using Wingman.Silo.Storage;
using Wingman.Silo.Storage.Batching;

namespace Wingman.Silo.Hosting;

/// <summary>Where the database is, and how connections to it are made.</summary>
internal sealed class DatabaseAddress
{
    private const int LongestHostRecheck = 1;

    private readonly NpgsqlConnectionStringBuilder _builder;
    private readonly SortedDictionary<string, string> _sessionSettings = new(StringComparer.Ordinal);

    public DatabaseAddress(string connectionString, StorageOptions options)
    {
        _builder = new(connectionString);
        if (string.IsNullOrEmpty(_builder.ApplicationName)) _builder.ApplicationName = "wingman";
        if (options.PrepareStatements)
        {
            // Orleans' providers query OrleansQuery without its schema. Poolers refuse a search path as a startup parameter.
            _sessionSettings["search_path"] = _builder.SearchPath is { Length: > 0 } path ? path : $"{SchemaMigrator.OrleansSchema},public";
            _builder.SearchPath = null;

            // A plan that was made while a table was empty is kept, and must also be good when the table is large.
            _sessionSettings["enable_seqscan"] = "off";
            if (_builder.MaxAutoPrepare == 0)
            {
                _builder.MaxAutoPrepare = 20;
                _builder.AutoPrepareMinUsages = 2;
            }
        }
        else
        {
            // Each transaction may run on another of the pooler's connections: nothing may be left on one.
            _builder.MaxAutoPrepare = 0;
            NeedsSearchPathOfRole = true;
        }

        // While the network loses packets, a caller must not wait much longer than a statement may take.
        _builder.CommandTimeout = 1 + Math.Max(1, (int)options.StatementTimeout.TotalSeconds);
        _builder.Timeout = SeveralHosts.TimeoutOfEach(_builder, _builder.CommandTimeout);
        _builder.CancellationTimeout = -1;
        KeepAlive(_builder);

        // No statement of ours leaves anything behind in its session, and Npgsql's cleaning up before each use of a pooled
        // connection costs the server more than reading a row by its key.
        _builder.NoResetOnClose = true;

        // The connections of the lanes count towards what the operator allows.
        BackgroundSize = Math.Max(2, _builder.MaxPoolSize - ProductTables.ConnectionsOf(options) - DatabaseConnections.Reserved);
        _builder.MinPoolSize = 0;
        AskForPrimary(_builder);
    }

    /// <summary>How many connections background work may have: what the lanes, membership and health leave of the operator's limit.</summary>
    public int BackgroundSize { get; }

    /// <summary>The connection string as connections are made with it.</summary>
    public string ConnectionString => _builder.ConnectionString;

    /// <summary>Whether the role's own search path must lead to Orleans' tables, because nothing can be set on a connection.</summary>
    public bool NeedsSearchPathOfRole { get; }

    /// <summary>The server and database, without credentials, for people to read.</summary>
    public override string ToString() => $"{_builder.Host}/{_builder.Database}";

    /// <summary>Lets connections of a connection string with several hosts be made to the primary only; another one is left as it is.</summary>
    public static void AskForPrimary(NpgsqlConnectionStringBuilder builder)
    {
        if (SeveralHosts.CountOf(builder) == 1) return;

        // Of several hosts, only the primary takes writes, and only it shows what was just committed. Npgsql remembers the role
        // of each host for 10 s by default, and would not check during that time whether a standby was promoted.
        builder.TargetSessionAttributes = "primary";
        builder.HostRecheckSeconds = Math.Min(builder.HostRecheckSeconds, LongestHostRecheck);
    }

    /// <summary>A pool of connections.</summary>
    /// <param name="maxSize">How many there may be.</param>
    public NpgsqlDataSource CreateDataSource(int maxSize)
    {
        var source = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(_builder.ConnectionString) { MaxPoolSize = maxSize }.ConnectionString);
        if (_sessionSettings.Count > 0) source.UsePhysicalConnectionInitializer(Initialize, InitializeAsync);
        return source.Build();
    }

    // Firewalls and address translators forget a connection that is idle for minutes, and say nothing: the next statement on it would
    // wait for its timeout. A socket of the file system has no such thing.
    private static void KeepAlive(NpgsqlConnectionStringBuilder builder)
    {
        if (builder.TcpKeepAliveTime != 0 || builder.Host is not { } hosts || hosts.Split(',').Any(static host => host.Trim() is ['/' or '@', ..])) return;
        (builder.TcpKeepAlive, builder.TcpKeepAliveTime, builder.TcpKeepAliveInterval) = (true, 60, 10);
    }

    private void Initialize(NpgsqlConnection connection)
    {
        using var command = SettingCommand(connection);
        command.ExecuteNonQuery();
    }

    private async Task InitializeAsync(NpgsqlConnection connection)
    {
        await using var command = SettingCommand(connection);
        await command.ExecuteNonQueryAsync();
    }

    private NpgsqlCommand SettingCommand(NpgsqlConnection connection)
    {
        var command = new NpgsqlCommand("select set_config(name, value, false) from unnest($1, $2) s (name, value)", connection);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. _sessionSettings.Keys] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. _sessionSettings.Values] });
        return command;
    }
}
