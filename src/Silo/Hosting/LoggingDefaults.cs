using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Logging.Console;

namespace Wingman.Silo.Hosting;

/// <summary>What both hosts log unless configured otherwise: state changes and trouble, not traffic.</summary>
internal static class LoggingDefaults
{
    private static readonly Dictionary<string, string?> Levels = new()
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft"] = "Warning",
        ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Information",
        // /health/ready reports these failures; in the log there would be a line for every probe.
        ["Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks"] = "None",
        ["Logging:LogLevel:Orleans"] = "Warning",
        // A call that did not reach a silo is answered and counted at the front door.
        ["Logging:LogLevel:Orleans.Messaging"] = "Critical",
        ["Logging:LogLevel:Orleans.Runtime.Messaging"] = "Error",
        ["Logging:LogLevel:Orleans.Runtime.Silo"] = "Error",
        ["Logging:LogLevel:Orleans.Dashboard"] = "Error",
        ["Logging:LogLevel:Orleans.Runtime.Watchdog"] = "Error",
        ["Logging:LogLevel:Polly"] = "None",
        // It would add the path of every request, which may be any text, to each line.
        ["Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics"] = "None",
        // Its warnings only say how the keys of sign-in cookies are stored, which is as configured.
        ["Logging:LogLevel:Microsoft.AspNetCore.DataProtection"] = "Error",
        ["Logging:Console:FormatterOptions:UseUtcTimestamp"] = "true",
    };

    // For people: one line each. Elsewhere JSON, for a collector, with the ids of the trace where there is one.
    private static readonly Dictionary<string, string?> Simple = new()
    {
        ["Logging:Console:FormatterName"] = OneLineFormatter.FormatterName,
        ["Logging:Console:FormatterOptions:SingleLine"] = "true",
        ["Logging:Console:FormatterOptions:TimestampFormat"] = "HH:mm:ss.fff ",
    };

    private static readonly Dictionary<string, string?> Json = new()
    {
        ["Logging:Console:FormatterName"] = ConsoleFormatterNames.Json,
        ["Logging:Console:FormatterOptions:IncludeScopes"] = "true",
        ["Logging:Console:FormatterOptions:TimestampFormat"] = "yyyy-MM-ddTHH:mm:ss.fffZ",
    };

    /// <summary>Puts them below every other source of configuration.</summary>
    public static void AddLoggingDefaults(this IHostApplicationBuilder builder)
    {
        builder.Logging.AddOneLineFormatter();
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = Levels.Concat(builder.Environment.IsDevelopment() ? Simple : Json) });
    }

    /// <summary>Adds the format for people to those that the console's log may have.</summary>
    public static ILoggingBuilder AddOneLineFormatter(this ILoggingBuilder logging) => logging.AddConsoleFormatter<OneLineFormatter, ConsoleFormatterOptions>();
}
