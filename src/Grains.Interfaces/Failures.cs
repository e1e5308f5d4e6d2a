namespace Wingman;

/// <summary>Why a grain's read or write failed in the database. It decides what the caller may do next.</summary>
[GenerateSerializer, Alias("storage-failure")]
public enum StorageFailure
{
    /// <summary>An error that a retry is not known to fix: a missing table or privilege, or a defect of this service.</summary>
    Failed = 0,

    /// <summary>
    /// The database was unreachable, read-only, or the row was locked by another transaction until the deadline. Whether a
    /// write happened may be unknown; every call of the contract may be retried, and the retry finds out.
    /// </summary>
    Unavailable = 1,

    /// <summary>Too many requests wait for the database. Nothing was done; retry after a moment.</summary>
    Overloaded = 2,

    /// <summary>The database refuses these values (SQLSTATE class 22 or 23). Nothing was stored, and a retry does not help.</summary>
    Refused = 3,

    /// <summary>Others changed the row again and again until the deadline. Nothing of this call was stored; retry.</summary>
    Conflict = 4,
}

/// <summary>
/// A grain's read or write failed in the database. It is the only exception type of the grains that is sent between processes as itself;
/// a refusal by the rules is a result, never an exception.
/// </summary>
[GenerateSerializer, Alias("storage-exception")]
public sealed class StorageException : Exception
{
    /// <summary>Creates the exception.</summary>
    public StorageException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What failed, naming ids, never payloads or connection strings.</param>
    public StorageException(string message) : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What failed, naming ids, never payloads or connection strings.</param>
    /// <param name="innerException">The cause, where it may be sent to another process.</param>
    public StorageException(string message, Exception innerException) : base(message, innerException)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="message">What failed, naming ids, never payloads or connection strings.</param>
    public StorageException(StorageFailure failure, string message) : base(message) => Failure = failure;

    /// <summary>Why it failed.</summary>
    [Id(0)]
    public StorageFailure Failure { get; init; }
}
