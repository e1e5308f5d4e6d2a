using System.Text.RegularExpressions;

namespace Wingman.Storage.Tests.Plans;

/// <summary>Searches a plan for what must not be in it.</summary>
internal static partial class PlanText
{
    /// <summary>What is wrong with a plan: a scan of a whole table or of a whole index.</summary>
    /// <param name="plan">The lines of <c>explain</c>.</param>
    /// <param name="firstColumns">The first column of every index: without a condition on it an index is read as a whole.</param>
    public static IEnumerable<string> Complaints(IReadOnlyList<string> plan, IReadOnlyDictionary<string, string> firstColumns)
    {
        for (var line = 0; line < plan.Count; line++)
        {
            if (SequentialScan().IsMatch(plan[line])) yield return plan[line].Trim();
            if (IndexScan().Match(plan[line]) is not { Success: true } scan) continue;

            var condition = plan.Skip(line + 1).TakeWhile(static next => !next.Contains("->", StringComparison.Ordinal))
                .FirstOrDefault(static next => next.Contains("Index Cond:", StringComparison.Ordinal));
            var index = scan.Groups["index"].Value;
            if (condition is null || !Regex.IsMatch(condition, $@"\b{firstColumns[index]}\b"))
                yield return $"{plan[line].Trim()} {condition?.Trim() ?? "without a condition"}";
        }
    }

    [GeneratedRegex(@"\bSeq Scan on\b")]
    private static partial Regex SequentialScan();

    [GeneratedRegex(@"(Index (Only )?Scan( Backward)? using|Bitmap Index Scan on) (?<index>\S+)")]
    private static partial Regex IndexScan();
}
