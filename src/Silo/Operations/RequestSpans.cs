using System.Diagnostics;
using System.Globalization;
using OpenTelemetry.Trace;

namespace Wingman.Silo.Operations;

/// <summary>
/// Makes the span of a request to the API, by OpenTelemetry's conventions, if the request is to be recorded or its caller has a trace.
/// ASP.NET makes one for every request, since a span's id is passed on whether the span is recorded or not. Here the sampler is asked first, and
/// a request that belongs to no trace does without that cost.
/// </summary>
/// <param name="sampler">Decides which requests without a caller's trace are recorded; null if the decision needs a span.</param>
internal sealed class RequestSpans(Sampler? sampler)
{
    /// <summary>The name of the source of the requests' spans.</summary>
    public const string SourceName = "Wingman.Requests";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>The methods that the conventions know.</summary>
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"];

    /// <summary>Runs a request, in a span of its own where it needs one.</summary>
    public Task RunAsync(HttpContext http, RequestDelegate next)
    {
        // Traces are for the API's callers, not for probes and operators.
        if (!http.Request.Path.StartsWithSegments("/api")) return next(http);
        var headers = http.Request.Headers;
        if (ActivityContext.TryParse(headers.TraceParent, headers.TraceState, isRemote: true, out var caller)) return RunAsync(caller, http, next);
        return TryBegin(out var begun) ? RunAsync(begun, http, next) : next(http);
    }

    private static async Task RunAsync(ActivityContext parent, HttpContext http, RequestDelegate next)
    {
        var request = http.Request;
        using var span = Source.StartActivity(MethodOf(request) ?? "HTTP", ActivityKind.Server, parent);
        if (span is not { IsAllDataRequested: true })
        {
            await next(http);
            return;
        }

        Describe(span, request);
        try
        {
            await next(http);
            SetStatus(span, http.Response.StatusCode);
        }
        catch (Exception failure)
        {
            // Of an answer that had begun already, such as a live stream: Kestrel breaks the connection.
            SetError(span, failure.GetType().FullName);
            throw;
        }
        finally
        {
            if (http.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route }) SetRoute(span, route);
        }
    }

    private static void Describe(Activity span, HttpRequest request)
    {
        var method = MethodOf(request);
        span.SetTag("http.request.method", method ?? "_OTHER");
        if (method is null) span.SetTag("http.request.method_original", request.Method);
        span.SetTag("url.scheme", request.Scheme);
        span.SetTag("url.path", request.Path.Value);
        span.SetTag("server.address", request.Host.Host);
        if (request.Host.Port is { } port) span.SetTag("server.port", port);
    }

    private static void SetStatus(Activity span, int status)
    {
        span.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError) SetError(span, status.ToString(CultureInfo.InvariantCulture));
    }

    private static void SetError(Activity span, string? type)
    {
        span.SetStatus(ActivityStatusCode.Error);
        span.SetTag("error.type", type);
    }

    private static void SetRoute(Activity span, string route)
    {
        span.SetTag("http.route", route);
        span.DisplayName = $"{span.OperationName} {route}";
    }

    // Null for a method that the conventions do not know.
    private static string? MethodOf(HttpRequest request) => Methods.Contains(request.Method) ? request.Method : null;

    // A new trace, if it is to be recorded: its id is chosen here, because samplers decide by the id.
    private bool TryBegin(out ActivityContext trace)
    {
        trace = default;
        if (sampler is null) return true;
        var id = ActivityTraceId.CreateRandom();
        if (sampler.ShouldSample(new SamplingParameters(default, id, "", ActivityKind.Server)).Decision != SamplingDecision.RecordAndSample) return false;
        trace = new(id, default, ActivityTraceFlags.Recorded);
        return true;
    }
}
