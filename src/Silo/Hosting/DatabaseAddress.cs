using Npgsql;
using Wingman.Silo.Schema;
using Wingman.Silo.Storage;
using Wingman.Silo.Storage.Queries;

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
            if (string.IsNullOrEmpty(_builder.SearchPath)) _builder.SearchPath = $"{SchemaMigrator.SchemaName},public";
            if (_builder.MaxAutoPrepare == 0)
            {
                _builder.MaxAutoPrepare = 20;
                _builder.AutoPrepareMinUsages = 2;
            }

            // A plan that was made while a table was empty is kept, and must be the right one later too.
            _builder.Options = $"{_builder.Options} -c enable_seqscan=off".Trim();
        }

        // A network that swallows packets must not hold a caller much longer than a statement may take: its grain serves
        // nobody else meanwhile.
        _builder.Timeout = _builder.CommandTimeout = 1 + Math.Max(1, (int)options.StatementTimeout.TotalSeconds);
        _builder.CancellationTimeout = -1;

        // No statement of ours leaves anything behind in its session, and Npgsql's cleaning up before each use of a pooled
        // connection costs the server more than a look-up does.
        _builder.NoResetOnClose = true;

        // The lanes' own connections count towards what the operator allows.
        _builder.MaxPoolSize = Math.Max(2, _builder.MaxPoolSize - options.Lanes - ((1 + BatchedQueries.Kinds) * options.ReadLanes));
        _builder.MinPoolSize = Math.Min(_builder.MinPoolSize, _builder.MaxPoolSize);
    }

    /// <summary>The connection string as connections are made with it.</summary>
    public string ConnectionString => _builder.ConnectionString;

    /// <summary>The server and database, without credentials, for people to read.</summary>
    public override string ToString() => $"{_builder.Host}/{_builder.Database}";

    public NpgsqlDataSource CreateDataSource() => NpgsqlDataSource.Create(_builder);
}
