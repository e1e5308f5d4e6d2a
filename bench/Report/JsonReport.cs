using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wingman.Bench.Report;

/// <summary>All measurements, for further calculations.</summary>
internal static class JsonReport
{
    public static string Write(RunDescription run, BenchResults results, IReadOnlyDictionary<string, string> serverSettings) =>
        JsonSerializer.Serialize(new BenchDocument(run, serverSettings, results.Measurements, results.Failures), BenchJson.Default.BenchDocument);

    /// <summary>The measurements of a report.</summary>
    public static IReadOnlyList<Measurement> Read(string file) =>
        JsonSerializer.Deserialize(File.ReadAllText(file), BenchJson.Default.BenchDocument)!.Measurements;
}

internal sealed record BenchDocument(
    RunDescription Run,
    IReadOnlyDictionary<string, string> PostgresSettings,
    IReadOnlyList<Measurement> Measurements,
    IReadOnlyList<FailedRun> Failures);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BenchDocument))]
internal sealed partial class BenchJson : JsonSerializerContext;
