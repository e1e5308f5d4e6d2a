using System.Text.RegularExpressions;
using Wingman.Testing;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Wingman.SystemTests.Clusters;

/// <summary>docker-compose.yml, read for what each service's process is started with.</summary>
internal static partial class ComposeFile
{
    /// <summary>The environment of each of our services, by name: the image's, then the service's, variables filled in.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> ReadEnvironments(IReadOnlyDictionary<string, string> variables)
    {
        var parser = new MergingParser(new Parser(File.OpenText(Path.Combine(HostBinaries.Repository, "docker-compose.yml"))));
        var file = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(parser);
        var image = ReadImage();
        return Map(file["services"])
            .Where(static service => Map(service.Value).ContainsKey("build"))
            .ToDictionary(
                static service => service.Key,
                service => (IReadOnlyDictionary<string, string>)image.Concat(Map(Map(service.Value)["environment"]).Select(static setting => KeyValuePair.Create(setting.Key, (string)setting.Value)))
                    .GroupBy(static setting => setting.Key)
                    .ToDictionary(static setting => setting.Key, setting => Fill(setting.Last().Value, variables)));
    }

    private static Dictionary<string, string> ReadImage()
    {
        var text = File.ReadAllText(Path.Combine(HostBinaries.Repository, "deploy", "Dockerfile")).Replace("\\\n", " ", StringComparison.Ordinal);
        return EnvironmentLine().Matches(text)
            .SelectMany(static line => Setting().Matches(line.Groups["settings"].Value))
            .ToDictionary(static setting => setting.Groups["name"].Value, static setting => setting.Groups["value"].Value);
    }

    private static string Fill(string text, IReadOnlyDictionary<string, string> variables) =>
        Variable().Replace(text, variable => variables[variable.Groups["name"].Value]);

    private static Dictionary<string, object> Map(object node) =>
        ((Dictionary<object, object>)node).ToDictionary(static pair => (string)pair.Key, static pair => pair.Value);

    [GeneratedRegex(@"\$\{(?<name>\w+)[^}]*\}")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^ENV (?<settings>.+)$", RegexOptions.Multiline)]
    private static partial Regex EnvironmentLine();

    [GeneratedRegex(@"(?<name>\w+)=(?<value>\S+)")]
    private static partial Regex Setting();
}
