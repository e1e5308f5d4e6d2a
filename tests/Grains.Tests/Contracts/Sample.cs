using System.Text.Json;
using System.Text.Json.Nodes;

namespace Wingman.Grains.Tests.Contracts;

/// <summary>A message as some version of Wingman wrote it. In a file <c>name.n.json</c>; the largest n is the newest version's.</summary>
/// <param name="Bytes">The bytes of the call, in base 64.</param>
/// <param name="Value">Their content.</param>
internal sealed record Sample(string Bytes, JsonNode? Value)
{
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>All samples of a message, oldest first.</summary>
    public static IReadOnlyList<(string File, Sample Sample)> Of(Type message) =>
    [
        .. Enumerable.Range(1, int.MaxValue).Select(number => FileOf(message, number)).TakeWhile(File.Exists)
            .Select(static file => (Path.GetFileName(file), JsonSerializer.Deserialize<Sample>(File.ReadAllText(file), Readable)!)),
    ];

    /// <summary>The message as today's version writes it.</summary>
    public static Sample Today(Type message)
    {
        var value = SampleValues.Of(message);
        return new(Convert.ToBase64String(Contract.Write(value)), Contract.Describe(value));
    }

    /// <summary>Adds it to the existing samples.</summary>
    public void Record(Type message) =>
        File.WriteAllText(FileOf(message, Of(message).Count + 1), JsonSerializer.Serialize(this, Readable) + "\n");

    private static string FileOf(Type message, int number) => Path.Combine(Contract.Directory, $"{Contract.NameOf(message)}.{number}.json");
}
