using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using OpenTelemetry.Trace;
using Wingman.Silo.Operations;

namespace Wingman.Api.Tests.Telemetry;

/// <summary>What the span of a request says where the request does not end as usual. TraceTests and NewTraceTests have the others.</summary>
[Collection(TraceTests.OneAtATime)]
public sealed class RequestSpansTests : IDisposable
{
    private readonly List<Activity> _ended = [];
    private readonly ActivityListener _listener;

    public RequestSpansTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Wingman.Requests",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Add,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task RequestThatEndsWithAnException_IsAnErrorOfItsKind_WithoutAStatus()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(HttpMethods.Get, static _ => throw new InvalidOperationException("broken")));

        var span = Assert.Single(_ended);
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal("System.InvalidOperationException", span.GetTagItem("error.type"));
        Assert.Equal("GET", span.GetTagItem("http.request.method"));
        Assert.Equal("/api/user", span.GetTagItem("url.path"));
        Assert.Null(span.GetTagItem("http.response.status_code"));
    }

    [Fact]
    public async Task Answer500_IsAnErrorOfItsStatus()
    {
        await RunAsync(HttpMethods.Get, static http =>
        {
            http.Response.StatusCode = 503;
            return Task.CompletedTask;
        });

        var span = Assert.Single(_ended);
        Assert.Equal((ActivityStatusCode.Error, "503"), (span.Status, span.GetTagItem("error.type")));
    }

    [Fact]
    public async Task MethodThatTheConventionsDoNotKnow_HasTheirNameForIt()
    {
        await RunAsync("BREW", static _ => Task.CompletedTask);

        var span = Assert.Single(_ended);
        Assert.Equal(("HTTP", "_OTHER", "BREW"), (span.DisplayName, span.GetTagItem("http.request.method"), span.GetTagItem("http.request.method_original")));
    }

    private static Task RunAsync(string method, RequestDelegate next)
    {
        var http = new DefaultHttpContext();
        (http.Request.Method, http.Request.Path) = (method, "/api/user");
        return new RequestSpans(new AlwaysOnSampler()).RunAsync(http, next);
    }
}
