using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Wingman.Api.Tests.Telemetry;

/// <summary>Keeps the lines of the log, each with the trace that was the current one.</summary>
internal sealed class LoggedTraces : ILoggerProvider, ILogger
{
    public ConcurrentQueue<(string Text, ActivityTraceId Trace)> Seen { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Seen.Enqueue((formatter(state, exception), Activity.Current?.TraceId ?? default));

    public void Dispose()
    {
    }
}
