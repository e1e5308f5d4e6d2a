using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Wingman.Testing.History;

/// <summary>The text of a history that no order explains, for whoever has to find the cause.</summary>
internal static class HistoryText
{
    public static string Explain(SessionHistory history, IReadOnlyList<SessionOperation> operations, LinearizabilityResult result)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"no order explains session {history.Session} (began as {history.Initial}); milliseconds since it began:");
        foreach (var operation in operations.OrderBy(static operation => operation.InvokedAt))
        {
            var mark = operation.IsPending ? '?' : result.Explained.Contains(operation) ? ' ' : '!';
            text.AppendLine(CultureInfo.InvariantCulture, $"  {mark} {Millis(history, operation.InvokedAt),9}..{Returned(history, operation),9} {operation.By} {operation.Kind} -> {operation.Answer?.ToString() ?? "may have happened"}");
        }

        return text.ToString().TrimEnd();
    }

    private static string Returned(SessionHistory history, SessionOperation operation) =>
        operation.IsPending ? "" : Millis(history, operation.ReturnedAt);

    private static string Millis(SessionHistory history, long at) =>
        Stopwatch.GetElapsedTime(history.KnownSince, at).TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture);
}
