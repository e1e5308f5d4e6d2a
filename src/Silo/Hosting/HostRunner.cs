using Microsoft.Extensions.Options;
using Wingman.Silo.Operations;

namespace Wingman.Silo.Hosting;

/// <summary>Runs a host until it is asked to stop, and turns a refusal to start into one sentence and an exit code.</summary>
public static class HostRunner
{
    /// <summary>Builds the host and runs it.</summary>
    /// <param name="build">Builds the host.</param>
    /// <returns>The process's exit code: 0 after a clean stop, 1 when the start was refused.</returns>
    public static async Task<int> RunAsync(Func<Task<WebApplication>> build)
    {
        IHostApplicationLifetime? lifetime = null;
        try
        {
            await using var app = await build();
            lifetime = app.Lifetime;
            // Before the host does it itself, which would log a stack trace first.
            app.Services.GetService<IStartupValidator>()?.Validate();
            _ = app.Services.GetService<PredecessorGate>()?.TryEarlyAsync();
            ActivatorUtilities.CreateInstance<StopWatchdog>(app.Services).Watch();
            await app.RunAsync();
            return 0;
        }
        catch (Exception exception) when (Refusal(exception) is { } refusal)
        {
            await Console.Error.WriteLineAsync($"Wingman does not start: {OneLine.Of(refusal)}");
            return 1;
        }
        catch (Exception exception) when (WasStoppedWhileItStarted(lifetime) && IsCancellation(exception))
        {
            return 0;
        }
    }

    // After the start a cancellation means that something did not stop in time, and is no clean stop.
    private static bool WasStoppedWhileItStarted(IHostApplicationLifetime? lifetime) =>
        lifetime is { ApplicationStarted.IsCancellationRequested: false, ApplicationStopping.IsCancellationRequested: true };

    private static bool IsCancellation(Exception exception) => exception switch
    {
        AggregateException many => many.InnerExceptions.All(IsCancellation),
        _ => exception is OperationCanceledException or OrleansLifecycleCanceledException,
    };

    // Services start concurrently: the refusal may come wrapped with the cancellations it caused.
    private static string? Refusal(Exception exception) => exception switch
    {
        StartRefusedException refused => refused.Message,
        OptionsValidationException invalid => string.Join(" ", invalid.Failures),
        // How configuration says that a text is no number or no truth value; the message names the setting.
        InvalidOperationException { InnerException: FormatException } unreadable => unreadable.Message,
        AggregateException many => many.InnerExceptions.Select(Refusal).FirstOrDefault(refusal => refusal is not null),
        { InnerException: { } inner } => Refusal(inner),
        _ => null,
    };
}
