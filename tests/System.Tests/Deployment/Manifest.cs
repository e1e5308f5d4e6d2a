using Wingman.Testing;
using YamlDotNet.RepresentationModel;

namespace Wingman.SystemTests.Deployment;

/// <summary>One object of deploy/kubernetes.</summary>
/// <param name="File">Its path below deploy/kubernetes.</param>
/// <param name="Root">Its content.</param>
internal sealed record Manifest(string File, YamlNode Root)
{
    private static readonly string Folder = Path.Combine(HostBinaries.Repository, "deploy", "kubernetes");

    /// <summary>All objects of all files.</summary>
    public static IReadOnlyList<Manifest> All { get; } =
        [.. Directory.EnumerateFiles(Folder, "*.yaml", SearchOption.AllDirectories).Order().SelectMany(static file => Read(Path.GetRelativePath(Folder, file)))];

    /// <summary>Its kind.</summary>
    public string Kind => this["kind"]!;

    /// <summary>Its name.</summary>
    public string Name => this["metadata.name"]!;

    /// <summary>The text at a path of names and indexes; null if there is none.</summary>
    public string? this[string path] => (Node(path) as YamlScalarNode)?.Value;

    /// <summary>The node at a path; null if there is none.</summary>
    public YamlNode? Node(string path) => path.Split('.').Aggregate((YamlNode?)Root, static (node, step) => node switch
    {
        YamlMappingNode mapping => mapping.Children.TryGetValue(new YamlScalarNode(step), out var child) ? child : null,
        YamlSequenceNode sequence => sequence.Children[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)],
        _ => null,
    });

    /// <summary>The elements of the list at a path.</summary>
    public IEnumerable<Manifest> Items(string path) => ((YamlSequenceNode?)Node(path))?.Children.Select(child => new Manifest(File, child)) ?? [];

    /// <summary>The texts of the list at a path.</summary>
    public IReadOnlyList<string> Texts(string path) => [.. Items(path).Select(static item => ((YamlScalarNode)item.Root).Value!)];

    private static IEnumerable<Manifest> Read(string file)
    {
        using var text = System.IO.File.OpenText(Path.Combine(Folder, file));
        var stream = new YamlStream();
        stream.Load(text);
        return [.. stream.Documents.Select(document => new Manifest(file, document.RootNode))];
    }
}
