namespace Wingman.Wire;

/// <summary>
/// The outermost of the API's own middleware: whatever goes wrong inside leaves in the API's own shape, without a trace of
/// its insides. Also gives bodies to what routing refuses with a bare status.
/// </summary>
internal sealed partial class ErrorBoundary(RequestDelegate next, ApiMetrics metrics, ILogger<ErrorBoundary> logger)
{
    /// <summary>Runs the request.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        Exception failure;
        try
        {
            await next(http);
            if (http.Response.StatusCode is StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed)
                await AnswerRoutingAsync(http);
            return;
        }
        catch (Exception exception) when (!http.Response.HasStarted)
        {
            failure = exception;
        }
        await AnswerAsync(http, failure);
    }

    private static Task AnswerRoutingAsync(HttpContext http)
    {
        if (http.Response.HasStarted || http.Response.ContentLength is not null)
            return Task.CompletedTask;
        if (http.Response.StatusCode == StatusCodes.Status404NotFound)
            return Refusals.NotFound.WriteAsync(http);
        if (!HttpMethods.IsOptions(http.Request.Method))
            return Refusals.MethodNotAllowed.WriteAsync(http);
        // Routing has set Allow already, and that is the answer to OPTIONS.
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private Task AnswerAsync(HttpContext http, Exception exception)
    {
        if (exception is BadHttpRequestException bad)
            return AnswerFor(bad).WriteAsync(http);
        // The caller has hung up: nobody reads an answer, and nothing is wrong here.
        if (exception is OperationCanceledException or IOException && http.RequestAborted.IsCancellationRequested)
            return Task.CompletedTask;

        var failure = CallFailures.Classify(exception);
        metrics.RequestFailed(failure);
        if (CallFailures.AnswerFor(failure) is { } answer)
        {
            LogFailed(logger, failure, http.TraceIdentifier, exception.Message);
            return answer.WriteAsync(http);
        }
        LogUnexpected(logger, http.TraceIdentifier, exception);
        return Refusals.Unexpected.WriteAsync(http);
    }

    private static CachedResponse AnswerFor(BadHttpRequestException bad) => bad.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => Refusals.TooLarge,
        StatusCodes.Status408RequestTimeout => Refusals.TooSlow,
        _ => Refusals.BadRequest,
    };

    [LoggerMessage(LogLevel.Debug, "{Failure} under request {TraceId}: {Reason}")]
    private static partial void LogFailed(ILogger logger, CallFailure failure, string traceId, string reason);

    [LoggerMessage(LogLevel.Error, "Request {TraceId} failed in a way nobody expected")]
    private static partial void LogUnexpected(ILogger logger, string traceId, Exception exception);
}
