using Orleans.Runtime.Messaging;

namespace Wingman.Calls;

/// <summary>The kinds of failed calls to grains, and what is known about the call's effect.</summary>
internal enum CallFailure
{
    /// <summary>An exception that this service does not expect: a bug.</summary>
    Unexpected = 0,

    /// <summary>The cluster refused the call before it ran.</summary>
    NotRun = 1,

    /// <summary>The silo vanished or did not answer in time: the call may have run, or still run.</summary>
    OutcomeUnknown = 2,

    /// <summary>Others changed the row again and again; nothing of this call was stored.</summary>
    Conflict = 3,

    /// <summary>Too many requests wait for the database; nothing was done.</summary>
    StorageOverloaded = 4,

    /// <summary>The database failed in a way that a retry is not known to fix.</summary>
    StorageFailed = 5,

    /// <summary>The database refuses these values.</summary>
    StorageRefused = 6,

    /// <summary>The database was unreachable, read-only or locked until the deadline.</summary>
    StorageUnavailable = 7,
}

/// <summary>
/// The only place that interprets the exceptions of grains and of Orleans. A failure in a silo of this process arrives as the original
/// exception; from another process it arrives deserialised, or as an Orleans exception. All of them are classified here.
/// </summary>
internal static class CallFailures
{
    /// <summary>The kind of a failure.</summary>
    public static CallFailure Classify(Exception exception) => exception switch
    {
        StorageException storage => storage.Failure switch
        {
            StorageFailure.Unavailable => CallFailure.StorageUnavailable,
            StorageFailure.Overloaded => CallFailure.StorageOverloaded,
            StorageFailure.Refused => CallFailure.StorageRefused,
            StorageFailure.Conflict => CallFailure.Conflict,
            _ => CallFailure.StorageFailed,
        },
        GatewayTooBusyException or ConnectionFailedException => CallFailure.NotRun,
        // Derives from a rejection, but is also thrown for a call that was running when its silo died.
        SiloUnavailableException => CallFailure.OutcomeUnknown,
        OrleansMessageRejectionException => CallFailure.NotRun,
        OrleansException or TimeoutException => CallFailure.OutcomeUnknown,
        // Thrown if no silo was found in time for a call, because its silo was dying ("Message expired before placement").
        OperationCanceledException => CallFailure.OutcomeUnknown,
        // The client or the silo of this process is stopping.
        ObjectDisposedException => CallFailure.OutcomeUnknown,
        _ => CallFailure.Unexpected,
    };

    /// <summary>Whether the attempt that failed has changed nothing, so that its caller may be told that nothing was done.</summary>
    public static bool ChangedNothing(Exception exception) =>
        Classify(exception) is CallFailure.NotRun or CallFailure.Conflict or CallFailure.StorageOverloaded;
}
