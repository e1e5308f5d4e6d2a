using Orleans.Runtime;
using Orleans.Runtime.Messaging;

namespace Wingman.Wire;

/// <summary>What a failed call to a grain says about what was done.</summary>
internal enum CallFailure
{
    /// <summary>None that this service knows: a bug.</summary>
    Unexpected = 0,

    /// <summary>The cluster refused the call before it ran.</summary>
    NotRun = 1,

    /// <summary>The silo vanished or did not answer in time: the call may have run, or still run.</summary>
    OutcomeUnknown = 2,

    /// <summary>Others changed the row again and again; nothing of this call was stored.</summary>
    Conflict = 3,

    /// <summary>Too much waits for the database; nothing was done.</summary>
    StorageOverloaded = 4,

    /// <summary>The database failed in a way that a retry is not known to mend.</summary>
    StorageFailed = 5,

    /// <summary>The database refuses these values.</summary>
    StorageRefused = 6,

    /// <summary>The database was unreachable, read-only or locked until the deadline.</summary>
    StorageUnavailable = 7,
}

/// <summary>
/// The one place that knows what the exceptions of grains and of Orleans mean. The same failure arrives as itself from a silo
/// in this process and deserialised, or as an Orleans exception, from another: both are covered.
/// </summary>
internal static class CallFailures
{
    /// <summary>Says what a failure means.</summary>
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
        // Derives from a rejection, but is also how a call ends that was running when its silo died.
        SiloUnavailableException => CallFailure.OutcomeUnknown,
        OrleansMessageRejectionException => CallFailure.NotRun,
        OrleansException or TimeoutException => CallFailure.OutcomeUnknown,
        // How a call ends for which no silo was found in time, as its silo was dying ("Message expired before placement").
        OperationCanceledException => CallFailure.OutcomeUnknown,
        // The client or the silo of this process is stopping.
        ObjectDisposedException => CallFailure.OutcomeUnknown,
        _ => CallFailure.Unexpected,
    };

    /// <summary>The answer for a call that is not retried any more; null for an exception of no known kind.</summary>
    public static Refusal? AnswerFor(CallFailure failure) => failure switch
    {
        CallFailure.NotRun => Refusals.NoSilo,
        CallFailure.Conflict => Refusals.Conflict,
        CallFailure.OutcomeUnknown => Refusals.OutcomeUnknown,
        CallFailure.StorageOverloaded => Refusals.StorageOverloaded,
        CallFailure.StorageUnavailable => Refusals.StorageUnavailable,
        CallFailure.StorageFailed => Refusals.StorageFailed,
        CallFailure.StorageRefused => Refusals.StorageRefused,
        _ => null,
    };
}
