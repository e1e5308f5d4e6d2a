using Orleans.Runtime;

namespace Wingman.Storage.Tests.Conformance;

/// <summary>A fresh grain with each kind of key that Orleans has.</summary>
internal static class KeyKinds
{
    public static readonly string[] Names =
        ["guid", "guid+extension", "integer", "negative integer", "integer+extension", "string", "hex-like string", "odd string", "empty guid+extension"];

    public static TheoryData<string> All { get; } = new(Names);

    public static GrainId NewGrain(string kind) => GrainId.Create(GrainType.Create("test"), kind switch
    {
        "guid" => GrainIdKeyExtensions.CreateGuidKey(Guid.NewGuid()),
        "guid+extension" => GrainIdKeyExtensions.CreateGuidKey(Guid.NewGuid(), "extension"),
        "integer" => GrainIdKeyExtensions.CreateIntegerKey(Random.Shared.NextInt64()),
        "negative integer" => GrainIdKeyExtensions.CreateIntegerKey(-Random.Shared.NextInt64()),
        "integer+extension" => GrainIdKeyExtensions.CreateIntegerKey(Random.Shared.NextInt64(), "ext'ension"),
        "string" => IdSpan.Create($"string {Guid.NewGuid()}"),
        "hex-like string" => IdSpan.Create($"0{Random.Shared.NextInt64(1 << 20, long.MaxValue):x}"),
        "odd string" => IdSpan.Create($"'\"§é😀\n{Guid.NewGuid()}\\"),
        "empty guid+extension" => GrainIdKeyExtensions.CreateGuidKey(Guid.Empty, Guid.NewGuid().ToString()),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No kind of key."),
    });
}
