using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;

namespace Wingman.Wire;

/// <summary>A start that the settings forbid ends with one sentence on standard error, not with a stack trace.</summary>
internal static class RefusedStart
{
    private const int ExitCode = 1;

    /// <summary>Runs the host after a look at all settings, before anything else starts.</summary>
    public static async Task<int> RunCheckedAsync(this WebApplication app)
    {
        app.Services.GetRequiredService<IStartupValidator>().Validate();
        await app.RunAsync();
        return 0;
    }

    /// <summary>Whether an exception means that a setting is missing or wrong.</summary>
    /// <param name="exception">What ended the start.</param>
    /// <param name="sentence">What to set.</param>
    public static bool Is(Exception exception, [NotNullWhen(true)] out string? sentence)
    {
        sentence = exception switch
        {
            OptionsValidationException invalid => invalid.Failures.First(),
            AggregateException several when several.InnerExceptions.OfType<OptionsValidationException>().FirstOrDefault() is { } first => first.Failures.First(),
            // How configuration says that a text is no number or no truth value; the message names the setting.
            InvalidOperationException { InnerException: FormatException } unreadable => unreadable.Message,
            _ => null,
        };
        return sentence is not null;
    }

    /// <summary>Says it.</summary>
    /// <returns>The process's exit code.</returns>
    public static int Explain(string sentence)
    {
        Console.Error.WriteLine(sentence);
        return ExitCode;
    }
}
