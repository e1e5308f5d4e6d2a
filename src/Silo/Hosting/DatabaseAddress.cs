using Npgsql;
using Wingman.Silo.Schema;
using Wingman.Silo.Storage;

namespace Wingman.Silo.Hosting;

/// <summary>Where the database is, and how connections to it are made.</summary>
internal sealed class DatabaseAddress
{
    private readonly NpgsqlConnectionStringBuilder _builder;

    public DatabaseAddress(string connectionString, StorageOptions options)
    {
        _builder = new(connectionString);
        if (string.IsNullOrEmpty(_builder.ApplicationName)) _builder.ApplicationName = "wingman";
        if (options.PrepareStatements)
        {
            // Orleans' providers look for OrleansQuery without naming its schema. Behind a pooler that hands out
            // connections per transaction the role's own search_path must say it instead.
            if (string.IsNullOrEmpty(_builder.SearchPath)) _builder.SearchPath = $"{SchemaMigrator.OrleansSchema},public";
            if (_builder.MaxAutoPrepare == 0)
            {
                _builder.MaxAutoPrepare = 20;
                _builder.AutoPrepareMinUsages = 2;
            }

            // A plan that was made while a table was empty is kept, and must be the right one later too.
            _builder.Options = $"{_builder.Options} -c enable_seqscan=off".Trim();
        }

        // A network that swallows packets must not hold a caller much longer than a statement may take.
        _builder.Timeout = _builder.CommandTimeout = 1 + Math.Max(1, (int)options.StatementTimeout.TotalSeconds);
        _builder.CancellationTimeout = -1;

        // No statement of ours leaves anything behind in its session, and Npgsql's cleaning up before each use of a pooled
        // connection costs the server more than a look-up does.
        _builder.NoResetOnClose = true;

        // The connections of the lanes count towards what the operator allows.
        BackgroundSize = Math.Max(2, _builder.MaxPoolSize - ProductTables.ConnectionsOf(options) - DatabaseConnections.Reserved);
        _builder.MinPoolSize = 0;

        // Of several hosts, only the primary takes writes, and only it shows what was just committed.
        if (_builder.Host?.Contains(',', StringComparison.Ordinal) == true) _builder.TargetSessionAttributes = "primary";
    }

    /// <summary>How many connections background work may have: what the lanes, membership and health leave of the operator's limit.</summary>
    public int BackgroundSize { get; }

    /// <summary>The connection string as connections are made with it.</summary>
    public string ConnectionString => _builder.ConnectionString;

    /// <summary>The server and database, without credentials, for people to read.</summary>
    public override string ToString() => $"{_builder.Host}/{_builder.Database}";

    /// <summary>A pool of connections.</summary>
    /// <param name="maxSize">How many there may be.</param>
    public NpgsqlDataSource CreateDataSource(int maxSize) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_builder.ConnectionString) { MaxPoolSize = maxSize });
}
