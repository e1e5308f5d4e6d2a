using Npgsql;
using Wingman.Silo.Schema;
using Wingman.Silo.Storage;
using Wingman.Silo.Storage.Batching;

namespace Wingman.Silo.Hosting;

/// <summary>
/// Lets a silo start only when its database answers and has the schema: waits as long as that takes, so that a host may
/// start before its database.
/// </summary>
internal sealed partial class DatabaseGate(DatabaseAddress address, ProductFeatures features, ILogger<DatabaseGate> logger) : ILifecycleParticipant<ISiloLifecycle>
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(DatabaseGate), ServiceLifecycleStage.First, WaitAsync);

    /// <summary>
    /// Returns when the database answers, keeps what it acknowledges, has the schema, shows the product's rows to the role, and keeps
    /// Wingman's own tables closed to the roles of a REST layer.
    /// </summary>
    /// <exception cref="StartRefusedException">Wingman would not work on the database; the message says how to correct that.</exception>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        for (string? logged = null; ;)
        {
            try
            {
                await SchemaMigrator.ApplyAsync(address.ConnectionString, logger, cancellation);
                await using var database = address.CreateDataSource(maxSize: 1);
                await using var connection = await database.OpenConnectionAsync(cancellation);
                await PrimaryCheck.RunAsync(connection, cancellation);
                await RowSecurityCheck.RunAsync(connection, cancellation);
                await IsolationCheck.RunAsync(connection, cancellation);
                await SearchPathCheck.RunAsync(connection, address.NeedsSearchPathOfRole, cancellation);
                await features.ReadAsync(connection, cancellation);
                return;
            }
            catch (Exception exception) when (exception is DurabilityException or EarlierSchemaException or RowSecurityException or IsolationException or SearchPathException)
            {
                throw new StartRefusedException(exception.Message);
            }
            catch (Exception exception) when (DatabaseError.IsOfDatabase(exception))
            {
                var reason = Explain(exception);
                if (reason != logged) LogWaiting(address, reason);
                logged = reason;
            }

            await Task.Delay(Pause, cancellation);
        }
    }

    private static string Explain(Exception exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } =>
            "its role may not create the schema; run './wingman schema apply' with a role that may",
        PostgresException postgres => postgres.MessageText,
        StandbyException standby => standby.Message,
        _ => "it does not answer",
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for the database {Address}: {Reason}")]
    private partial void LogWaiting(DatabaseAddress address, string reason);
}
