using System.Diagnostics;

namespace Wingman.Wire;

/// <summary>
/// Completes the span of a request that is recorded, by OpenTelemetry's conventions: ASP.NET describes the request in it, but neither
/// the route nor the answer.
/// </summary>
internal static class RequestSpan
{
    /// <summary>Runs a request.</summary>
    public static Task DescribeAsync(HttpContext http, RequestDelegate next) =>
        Activity.Current is { IsAllDataRequested: true } span ? DescribeAsync(span, http, next) : next(http);

    private static async Task DescribeAsync(Activity span, HttpContext http, RequestDelegate next)
    {
        await next(http);
        var status = http.Response.StatusCode;
        span.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError) span.SetStatus(ActivityStatusCode.Error);
        if (http.GetEndpoint() is not RouteEndpoint { RoutePattern.RawText: { } route }) return;

        span.SetTag("http.route", route);
        span.DisplayName = $"{http.Request.Method} {route}";
    }
}
