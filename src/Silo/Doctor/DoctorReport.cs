using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Wingman.Silo.Hosting;

namespace Wingman.Silo.Doctor;

/// <summary>All findings.</summary>
internal sealed record DoctorReport(IReadOnlyList<Finding> Findings)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>How many findings are problems.</summary>
    public int Problems => Findings.Count(static finding => finding.Severity == Severity.Problem);

    /// <summary>How many findings are warnings.</summary>
    public int Warnings => Findings.Count(static finding => finding.Severity == Severity.Warning);

    /// <summary>For programs.</summary>
    public string ToJson() => JsonSerializer.Serialize(new { Problems, Warnings, Findings }, Json);

    /// <summary>For people.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var finding in Findings)
        {
            Line($"{finding.Severity switch { Severity.Ok => "ok     ", Severity.Warning => "WARNING", _ => "PROBLEM" }} {finding.Check}: {finding.Message}");
            if (finding.Examples is { Count: > 0 } examples) Line($"          such as {string.Join(", ", examples)}");
            foreach (var line in finding.Command?.Split('\n') ?? []) Line($"          {line.TrimEnd()}");
        }

        return text.Append($"{Problems} problems, {Warnings} warnings").ToString();

        // Text that others wrote into the database, or that another server sent, must neither look like a line of ours nor control the terminal.
        void Line(string line) => text.AppendLine(OneLine.Of(line));
    }
}
