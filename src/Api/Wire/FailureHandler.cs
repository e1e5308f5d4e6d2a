using Microsoft.AspNetCore.Diagnostics;

namespace Wingman.Wire;

/// <summary>Answers a request that ended with an exception in the API's own format, without details of the exception.</summary>
internal sealed partial class FailureHandler(ApiMetrics metrics, ILogger<FailureHandler> logger) : IExceptionHandler
{
    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // ASP.NET has cleared the headers that were set before.
        SecurityHeaders.Set(httpContext);
        await AnswerFor(httpContext, exception).ExecuteAsync(httpContext);
        return true;
    }

    private Refusal AnswerFor(HttpContext http, Exception exception)
    {
        if (exception is BadHttpRequestException bad)
        {
            return bad.StatusCode switch
            {
                StatusCodes.Status413PayloadTooLarge => Refusals.TooLarge,
                StatusCodes.Status408RequestTimeout => Refusals.TooSlow,
                _ => Refusals.BadRequest,
            };
        }

        var failure = CallFailures.Classify(exception);
        metrics.RequestFailed(failure);
        if (failure == CallFailure.Unexpected)
            LogUnexpected(logger, http.TraceIdentifier, exception);
        else
            LogFailed(logger, failure, http.TraceIdentifier, exception.Message);
        return failure switch
        {
            CallFailure.Unexpected => Refusals.Unexpected,
            CallFailure.NotRun => Refusals.NoSilo,
            CallFailure.OutcomeUnknown => Refusals.OutcomeUnknown,
            CallFailure.Conflict => Refusals.Conflict,
            CallFailure.StorageOverloaded => Refusals.StorageOverloaded,
            CallFailure.StorageFailed => Refusals.StorageFailed,
            CallFailure.StorageRefused => Refusals.StorageRefused,
            CallFailure.StorageUnavailable => Refusals.StorageUnavailable,
        };
    }

    [LoggerMessage(LogLevel.Debug, "{Failure} under request {Request}: {Reason}")]
    private static partial void LogFailed(ILogger logger, CallFailure failure, string request, string reason);

    [LoggerMessage(LogLevel.Error, "Request {Request} failed with an unexpected exception")]
    private static partial void LogUnexpected(ILogger logger, string request, Exception exception);
}
