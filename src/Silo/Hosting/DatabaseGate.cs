using Npgsql;
using Orleans.Runtime;
using Wingman.Silo.Schema;
using Wingman.Silo.Storage;

namespace Wingman.Silo.Hosting;

/// <summary>
/// Lets a silo start only when its database answers and has the schema: waits as long as that takes, so that a host may
/// start before its database.
/// </summary>
internal sealed partial class DatabaseGate(DatabaseAddress address, ILogger<DatabaseGate> logger) : ILifecycleParticipant<ISiloLifecycle>
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(DatabaseGate), ServiceLifecycleStage.First, WaitAsync);

    /// <summary>Returns when the database answers, keeps what it acknowledges, and has the schema.</summary>
    /// <exception cref="StartRefusedException">The database is set up so that acknowledged commits could be lost.</exception>
    public async Task WaitAsync(CancellationToken token)
    {
        for (string? told = null; ;)
        {
            try
            {
                await SchemaMigrator.ApplyAsync(address.ConnectionString, logger, token);
                await using var connection = new NpgsqlConnection(address.ConnectionString);
                await connection.OpenAsync(token);
                await DurabilityCheck.RunAsync(connection);
                return;
            }
            catch (DurabilityException exception)
            {
                throw new StartRefusedException(exception.Message);
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException)
            {
                var reason = Explain(exception);
                if (reason != told) LogWaiting(address, reason);
                told = reason;
            }

            await Task.Delay(Pause, token);
        }
    }

    private static string Explain(Exception exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } =>
            "its role may not create the schema; run './wingman schema apply' with a role that may",
        PostgresException postgres => postgres.MessageText,
        _ => "it does not answer",
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for the database {Address}: {Reason}")]
    private partial void LogWaiting(DatabaseAddress address, string reason);
}
