using System.Net.Sockets;
using Npgsql;

namespace Wingman.Silo.Storage.Batching;

/// <summary>What a failed attempt means for the requests it carried.</summary>
internal enum AttemptFailure
{
    /// <summary>Rolled back, and may succeed after a pause: a deadlock, a slow statement, a server that is short of resources or read-only.</summary>
    RolledBack,

    /// <summary>Rolled back because a row or table is locked by another transaction.</summary>
    Locked,

    /// <summary>Rolled back because of a value in the batch.</summary>
    BadValue,

    /// <summary>Rolled back because the connection's prepared statement is no longer valid: connect and prepare again.</summary>
    StatementGone,

    /// <summary>The connection broke before the reply came: committed or not.</summary>
    Unknown,

    /// <summary>Rolled back because of an error that a retry is not known to fix: a missing table, a lost privilege, a defect.</summary>
    Failed,
}

/// <summary>Reads what an exception of the driver says about a statement.</summary>
internal static class DatabaseError
{
    public static AttemptFailure Classify(Exception exception) => exception switch
    {
        // A fatal error ends the connection, perhaps between the commit and its reply.
        PostgresException { InvariantSeverity: "FATAL" or "PANIC" } => AttemptFailure.Unknown,
        PostgresException postgres => postgres.SqlState switch
        {
            PostgresErrorCodes.StatementCompletionUnknown => AttemptFailure.Unknown,
            PostgresErrorCodes.LockNotAvailable => AttemptFailure.Locked,
            PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.ReadOnlySqlTransaction => AttemptFailure.RolledBack,
            // A prepared statement is gone, or its result has another type since a column of the table was changed.
            PostgresErrorCodes.InvalidSqlStatementName or PostgresErrorCodes.FeatureNotSupported => AttemptFailure.StatementGone,
            ['2', '2' or '3', ..] => AttemptFailure.BadValue,
            _ when postgres.IsTransient => AttemptFailure.RolledBack,
            _ => AttemptFailure.Failed,
        },
        NpgsqlException or IOException or TimeoutException or SocketException or OperationCanceledException => AttemptFailure.Unknown,
        // The driver could not encode a value. The server does not get the closing message, and commits nothing without it.
        InvalidCastException or FormatException or OverflowException or ArgumentException => AttemptFailure.BadValue,
        _ => AttemptFailure.Failed,
    };

    /// <summary>
    /// Whether the error means that the database cannot be reached, or has refused. If the connection string has only one host, the driver
    /// reports a name that does not resolve as an error of the socket.
    /// </summary>
    public static bool IsOfDatabase(Exception exception) => exception is NpgsqlException or IOException or TimeoutException or SocketException;

    /// <summary>Whether the error shows that a primary server is there and answers.</summary>
    public static bool IsAnswer(Exception exception) =>
        exception is PostgresException { InvariantSeverity: not ("FATAL" or "PANIC"), SqlState: not PostgresErrorCodes.ReadOnlySqlTransaction };

    /// <summary>Whether the failure may be due to a single request of the batch, so that the others succeed without it.</summary>
    public static bool MayBeOfOneRequest(Exception exception, AttemptFailure failure) => failure switch
    {
        AttemptFailure.BadValue => true,
        // Class 42 is about the statement, for example a missing table. A statement of a trigger may fail like that too: then the server says where.
        AttemptFailure.Failed => exception is PostgresException { Where.Length: > 0 } or PostgresException { SqlState: not ['4', '2', ..] },
        // The server says at which row a statement waited. Where it waited for a table, it says nothing.
        AttemptFailure.Locked => exception is PostgresException { Where.Length: > 0 },
        _ => false,
    };

    /// <summary>Whether the connection on which a statement failed may be used again.</summary>
    /// <param name="exception">The error.</param>
    /// <param name="failure">What it means.</param>
    /// <param name="isToBeSplit">Whether the batch is sent again in parts, because the error may be due to a single request.</param>
    public static bool LeavesConnectionUsable(Exception exception, AttemptFailure failure, bool isToBeSplit = false) =>
        exception is PostgresException { SqlState: not PostgresErrorCodes.ReadOnlySqlTransaction }
        && (isToBeSplit || failure is AttemptFailure.BadValue or AttemptFailure.Locked or AttemptFailure.RolledBack);

    /// <summary>A sentence for logs and exceptions that carries no values: the SQL state, constraint and column, or the kind of failure.</summary>
    public static string Describe(Exception exception) => exception is PostgresException postgres
        ? $"SQLSTATE {postgres.SqlState}{(postgres.ConstraintName is { } constraint ? $", constraint {constraint}" : "")}{(postgres.ColumnName is { } column ? $", column {column}" : "")}"
        : exception.GetType().Name;
}
