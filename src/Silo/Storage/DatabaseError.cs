using Npgsql;

namespace Wingman.Silo.Storage;

/// <summary>What a failed attempt means for the states it carried.</summary>
internal enum AttemptFailure
{
    /// <summary>Rolled back, and worth another try as it is: a deadlock, a lost first-write race, a server short of resources.</summary>
    RolledBack,

    /// <summary>Rolled back because something in the batch cannot pass, now or ever: split until it is alone.</summary>
    BadRow,

    /// <summary>Rolled back because a row was held, or the statement took too long: split so that the others pass.</summary>
    TooSlow,

    /// <summary>The connection broke with the answer outstanding: committed or not. Only sending again tells.</summary>
    Unknown,
}

/// <summary>Reads what an exception of the driver says about a statement.</summary>
internal static class DatabaseError
{
    public static AttemptFailure Classify(Exception exception) => exception switch
    {
        // A fatal error ends the connection, perhaps between the commit and its answer.
        PostgresException { InvariantSeverity: "FATAL" or "PANIC" } => AttemptFailure.Unknown,
        PostgresException postgres => postgres.SqlState switch
        {
            PostgresErrorCodes.StatementCompletionUnknown => AttemptFailure.Unknown,
            PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable => AttemptFailure.TooSlow,
            PostgresErrorCodes.UniqueViolation => AttemptFailure.RolledBack,
            _ when postgres.IsTransient || postgres.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction => AttemptFailure.RolledBack,
            _ => AttemptFailure.BadRow,
        },
        NpgsqlException or IOException or TimeoutException or OperationCanceledException => AttemptFailure.Unknown,
        // The driver could not put a value on the wire; without the closing message the server commits nothing.
        _ => AttemptFailure.BadRow,
    };

    /// <summary>A sentence for logs and exceptions that carries no values: the SQL state and constraint, or the kind of failure.</summary>
    public static string Describe(Exception exception) => exception is PostgresException postgres
        ? $"SQLSTATE {postgres.SqlState}{(postgres.ConstraintName is { } constraint ? $", constraint {constraint}" : "")}"
        : exception.GetType().Name;
}
