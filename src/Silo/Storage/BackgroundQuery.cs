using Npgsql;
using Wingman.Silo.Storage.Batching;

namespace Wingman.Silo.Storage;

/// <summary>Runs queries that no request waits for, on pooled connections.</summary>
internal static class BackgroundQuery
{
    /// <summary>Runs a query, and retries it once if a pooled connection turns out to be dead.</summary>
    /// <param name="what">What is asked for, with ids, for the failure's message.</param>
    /// <param name="query">The query.</param>
    /// <exception cref="StorageException">The database could not be queried.</exception>
    public static async Task<T> RunAsync<T>(string what, Func<Task<T>> query)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await query();
            }
            catch (Exception exception) when (attempt == 1 && MayBeOfADeadConnection(exception))
            {
                // After a restart of the server every idle connection of the pool is dead and fails once.
            }
            catch (Exception exception) when (DatabaseError.IsOfDatabase(exception))
            {
                // No inner exception: the driver's types do not cross the wire.
                throw new StorageException(StorageFailure.Unavailable, $"The database could not be queried for {what} ({DatabaseError.Describe(exception)}).");
            }
        }
    }

    private static bool MayBeOfADeadConnection(Exception exception) =>
        exception is NpgsqlException && (exception is not PostgresException || DatabaseError.Classify(exception) is AttemptFailure.Unknown or AttemptFailure.StatementGone);
}
