using System.Diagnostics;
using System.Globalization;
using OpenTelemetry.Trace;
using Wingman.Silo.Operations;

namespace Wingman.Wire;

/// <summary>
/// Makes the span of a request to the API, by OpenTelemetry's conventions, if the request is to be recorded or its caller has a trace.
/// ASP.NET makes one for every request, since a span's id is passed on whether the span is recorded or not, and that costs a request more than all
/// other telemetry together. Here the sampler is asked first, and a request that belongs to no trace has no span.
/// </summary>
/// <param name="sampler">Decides which requests without a caller's trace are recorded; null if the decision needs a span.</param>
internal sealed class RequestSpans(Sampler? sampler)
{
    private static readonly ActivitySource Source = new(Telemetry.RequestsSourceName);

    /// <summary>The methods that the conventions know; all others have one name.</summary>
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
        using var span = Source.StartActivity(MethodOf(http.Request), ActivityKind.Server, parent);
        await next(http);
        if (span is { IsAllDataRequested: true }) Describe(span, http);
    }

    private static void Describe(Activity span, HttpContext http)
    {
        var (request, status) = (http.Request, http.Response.StatusCode);
        span.SetTag("http.request.method", MethodOf(request));
        span.SetTag("url.scheme", request.Scheme);
        span.SetTag("url.path", request.Path.Value);
        span.SetTag("server.address", request.Host.Host);
        if (request.Host.Port is { } port) span.SetTag("server.port", port);
        span.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
        {
            span.SetStatus(ActivityStatusCode.Error);
            span.SetTag("error.type", status.ToString(CultureInfo.InvariantCulture));
        }

        if (http.GetEndpoint() is not RouteEndpoint { RoutePattern.RawText: { } route }) return;
        span.SetTag("http.route", route);
        span.DisplayName = $"{MethodOf(request)} {route}";
    }

    private static string MethodOf(HttpRequest request) => Methods.Contains(request.Method) ? request.Method : "_OTHER";

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
