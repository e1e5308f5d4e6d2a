using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Wingman.Testing;

namespace Wingman.SystemTests.Monitoring;

/// <summary>What a host has sent to a collector: where to, the value of the header that it was told to send, and the body, a character per byte.</summary>
internal sealed record Export(string Path, string Header, string Body)
{
    public override string ToString() => $"{Path} ({Body.Length} bytes, header '{Header}')";
}

/// <summary>A collector of OpenTelemetry that keeps all that it is sent.</summary>
internal sealed class TestCollector : IAsyncDisposable
{
    /// <summary>The header that is kept.</summary>
    public const string Header = "x-test";

    private readonly ConcurrentQueue<Export> _exports = new();
    private readonly WebApplication _server;

    private TestCollector()
    {
        Address = new($"http://127.0.0.1:{FreePorts.Next()}");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Address.OriginalString);
        _server = builder.Build();
        _server.Run(ReceiveAsync);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>All that it was sent so far.</summary>
    public IReadOnlyList<Export> Exports => [.. _exports];

    public static async Task<TestCollector> StartAsync()
    {
        var collector = new TestCollector();
        await collector._server.StartAsync();
        return collector;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    // An empty body is the whole answer of a collector that has accepted everything.
    private async Task ReceiveAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.Latin1);
        _exports.Enqueue(new(http.Request.Path, http.Request.Headers[Header].ToString(), await reader.ReadToEndAsync()));
        http.Response.ContentType = "application/x-protobuf";
    }
}
