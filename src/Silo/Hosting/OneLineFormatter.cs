using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Wingman.Silo.Hosting;

/// <summary>
/// ASP.NET's readable format, with each entry on one line whatever its text is. That format itself replaces line feeds only: a carriage
/// return or an escape sequence within the text of a row, a server's message or an exception would reach the terminal.
/// </summary>
/// <param name="services">The host's services, among them ASP.NET's format.</param>
internal sealed class OneLineFormatter(IServiceProvider services) : ConsoleFormatter(FormatterName)
{
    /// <summary>Its name in <c>Logging:Console:FormatterName</c>.</summary>
    public const string FormatterName = "one-line";

    // ASP.NET's format is found in the list of all formats, which contains this one too. So it cannot be a parameter of this constructor.
    private readonly Lazy<ConsoleFormatter> _simple = new(() => services.GetServices<ConsoleFormatter>().Single(static format => format.Name == ConsoleFormatterNames.Simple));

    /// <inheritdoc/>
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var text = OneLine.Of(logEntry.Exception is { } exception ? $"{message} {exception}" : message);
        var entry = new LogEntry<string>(logEntry.LogLevel, logEntry.Category, logEntry.EventId, text, exception: null, static (line, _) => line);
        _simple.Value.Write(entry, scopeProvider, textWriter);
    }
}
