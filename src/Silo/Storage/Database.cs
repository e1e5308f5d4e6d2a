using Npgsql;

namespace Wingman.Silo.Storage;

/// <summary>Asks the database outside the lanes.</summary>
internal static class Database
{
    /// <summary>Runs a query, repeated once if a pooled connection turns out to be dead.</summary>
    /// <param name="what">What is asked for, with ids, for the failure's message.</param>
    /// <param name="query">The query.</param>
    /// <exception cref="StorageFailedException">The database could not be asked.</exception>
    public static async Task<T> AskAsync<T>(string what, Func<Task<T>> query)
    {
        try
        {
            return await query();
        }
        catch (NpgsqlException exception) when (exception is not PostgresException || exception.IsTransient || DatabaseError.Classify(exception) == AttemptFailure.Unknown)
        {
            // After a restart of the server every idle connection of the pool is dead and fails once.
        }

        try
        {
            return await query();
        }
        catch (NpgsqlException exception)
        {
            // No inner exception: the driver's types do not cross the wire.
            throw new StorageFailedException($"The database could not be asked for {what} ({DatabaseError.Describe(exception)}).");
        }
    }
}
