using System.Text.RegularExpressions;
using Wingman.Testing;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Wingman.SystemTests.Deployment;

/// <summary>Reads from docker-compose.yml how each service's process is started.</summary>
internal static partial class ComposeFile
{
    private static readonly Dictionary<string, object> File = Read();

    /// <summary>All services by name.</summary>
    public static IReadOnlyDictionary<string, Dictionary<string, object>> Services { get; } = Map(File["services"]).ToDictionary(static service => service.Key, static service => Map(service.Value));

    /// <summary>The networks by name.</summary>
    public static IReadOnlyDictionary<string, object> Networks { get; } = Map(File["networks"]);

    /// <summary>The names of the services that run what this repository builds.</summary>
    public static IReadOnlyList<string> OurServices { get; } = [.. Services.Where(static service => service.Value.ContainsKey("build")).Select(static service => service.Key).Order()];

    /// <summary>The environment of one of our services: the image's, then the service's, variables filled in.</summary>
    public static IReadOnlyDictionary<string, string> EnvironmentOf(string service, IReadOnlyDictionary<string, string> variables) => Image.Environment
        .Concat(Map(Services[service]["environment"]).Select(static setting => KeyValuePair.Create(setting.Key, (string)setting.Value)))
        .GroupBy(static setting => setting.Key)
        .ToDictionary(static setting => setting.Key, setting => Fill(setting.Last().Value, variables));

    /// <summary>The secrets of a service: where each is mounted, by its name.</summary>
    public static IReadOnlyDictionary<string, string> SecretsOf(string service) =>
        ((List<object>)Services[service]["secrets"]).Select(Map).ToDictionary(static secret => (string)secret["source"], static secret => (string)secret["target"]);

    /// <summary>A mapping of the file.</summary>
    public static Dictionary<string, object> Map(object? node) =>
        node is null ? [] : ((Dictionary<object, object>)node).ToDictionary(static pair => (string)pair.Key, static pair => pair.Value);

    /// <summary>A list of texts of the file, or the names of a mapping.</summary>
    public static IReadOnlyList<string> Names(object? node) => node switch
    {
        null => [],
        List<object> list => [.. list.Cast<string>()],
        _ => [.. Map(node).Keys],
    };

    private static Dictionary<string, object> Read() => new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(
        new MergingParser(new Parser(System.IO.File.OpenText(Path.Combine(HostBinaries.Repository, "docker-compose.yml")))));

    private static string Fill(string text, IReadOnlyDictionary<string, string> variables) =>
        Variable().Replace(text, variable => variables[variable.Groups["name"].Value]);

    [GeneratedRegex(@"\$\{(?<name>\w+)[^}]*\}")]
    private static partial Regex Variable();
}
