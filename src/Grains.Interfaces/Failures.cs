namespace Wingman;

/// <summary>
/// A call that could not be carried out because something outside the rules failed. The base of the failures that cross
/// the wire by type; what the rules refuse is a result, never an exception.
/// </summary>
[GenerateSerializer, Alias("wingman-failure")]
public class WingmanException : Exception
{
    /// <summary>Creates the failure.</summary>
    public WingmanException()
    {
    }

    /// <summary>Creates the failure.</summary>
    /// <param name="message">What failed, naming ids, never payloads or connection strings.</param>
    public WingmanException(string message) : base(message)
    {
    }

    /// <summary>Creates the failure.</summary>
    /// <param name="message">What failed, naming ids, never payloads or connection strings.</param>
    /// <param name="innerException">The cause, where it may cross the wire.</param>
    public WingmanException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>
/// The database did not take or give a state. Whether a write happened is unknown to the caller; every call of the
/// contract may be repeated, and a repeat finds out.
/// </summary>
[GenerateSerializer, Alias("storage-failed")]
public sealed class StorageFailedException : WingmanException
{
    /// <summary>Creates the failure.</summary>
    public StorageFailedException()
    {
    }

    /// <summary>Creates the failure.</summary>
    /// <param name="message">What failed, naming ids.</param>
    public StorageFailedException(string message) : base(message)
    {
    }

    /// <summary>Creates the failure.</summary>
    /// <param name="message">What failed, naming ids.</param>
    /// <param name="innerException">The cause.</param>
    public StorageFailedException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>Too many writes or reads wait for the database. Nothing was done; try again after a moment.</summary>
[GenerateSerializer, Alias("storage-overloaded")]
public sealed class StorageOverloadedException : WingmanException
{
    /// <summary>Creates the failure.</summary>
    public StorageOverloadedException()
    {
    }

    /// <summary>Creates the failure.</summary>
    /// <param name="message">What is full, and how much.</param>
    public StorageOverloadedException(string message) : base(message)
    {
    }

    /// <summary>Creates the failure.</summary>
    /// <param name="message">What is full, and how much.</param>
    /// <param name="innerException">The cause.</param>
    public StorageOverloadedException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>
/// Another activation stored this grain's state first. Nothing of this call was stored, the stale activation is gone, and
/// a repeat sees what the other one did.
/// </summary>
[GenerateSerializer, Alias("state-conflict")]
public sealed class StateConflictException : WingmanException
{
    /// <summary>Creates the failure.</summary>
    public StateConflictException()
    {
    }

    /// <summary>Creates the failure.</summary>
    /// <param name="message">Which state, naming ids.</param>
    public StateConflictException(string message) : base(message)
    {
    }

    /// <summary>Creates the failure.</summary>
    /// <param name="message">Which state, naming ids.</param>
    /// <param name="innerException">The cause.</param>
    public StateConflictException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>
/// The database refuses this very write, today and tomorrow: a row it refers to does not exist or a value breaks a
/// constraint of an existing table. Nothing was stored; repeating does not help.
/// </summary>
[GenerateSerializer, Alias("storage-refused")]
public sealed class StorageRefusedException : WingmanException
{
    /// <summary>Creates the failure.</summary>
    public StorageRefusedException()
    {
    }

    /// <summary>Creates the failure.</summary>
    /// <param name="message">Which state and which constraint.</param>
    public StorageRefusedException(string message) : base(message)
    {
    }

    /// <summary>Creates the failure.</summary>
    /// <param name="message">Which state and which constraint.</param>
    /// <param name="innerException">The cause.</param>
    public StorageRefusedException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
