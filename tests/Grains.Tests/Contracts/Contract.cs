using System.Collections;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Wingman.Sessions;
using Wingman.Testing;

namespace Wingman.Grains.Tests.Contracts;

/// <summary>The messages between hosts, how they are serialized, and the samples of them that are stored beside the tests.</summary>
internal static class Contract
{
    private static readonly Serializer Serializer = new ServiceCollection()
        .AddSerializer(static serializer => serializer.AddAssembly(typeof(SessionId).Assembly))
        .BuildServiceProvider()
        .GetRequiredService<Serializer>();

    /// <summary>Where samples are kept.</summary>
    public static string Directory { get; } = Path.Combine(HostBinaries.Repository, "tests", "Grains.Tests", "Contracts", "samples");

    /// <summary>Whether the run is to add what is missing to the samples.</summary>
    public static bool Records => Environment.GetEnvironmentVariable("WINGMAN_RECORD_CONTRACT") == "1";

    /// <summary>What to do where a sample is missing.</summary>
    public static string HowToRecord =>
        "Additions are recorded by WINGMAN_RECORD_CONTRACT=1 dotnet test tests/Grains.Tests -c Release --filter Contracts; samples that are there stay. docs/upgrades.md has the rules.";

    /// <summary>All types that cross the wire.</summary>
    public static IEnumerable<Type> Messages { get; } =
        [.. typeof(SessionId).Assembly.GetTypes().Concat(typeof(SessionRules).Assembly.GetTypes()).Where(static type => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))];

    /// <summary>The name of a type on the wire.</summary>
    public static string NameOf(Type type)
    {
        if (type.GetCustomAttribute<AliasAttribute>()?.Alias is { } alias) return alias;
        return type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>" : type.Name;
    }

    /// <summary>As a call would carry it, the name of its type included.</summary>
    public static byte[] Write(object message) => Serializer.SerializeToArray(message);

    /// <summary>What a call carried.</summary>
    public static object? Read(byte[] bytes) => Serializer.Deserialize<object?>(bytes);

    /// <summary>The members that are written, by name.</summary>
    public static JsonNode? Describe(object? value) => value switch
    {
        null => null,
        bool truth => truth,
        int number => number,
        long number => number,
        ulong number => number,
        string text => text,
        DateTimeOffset at => at.ToString("O"),
        Guid or TimeSpan or Enum or LogSnapshot => value.ToString(),
        IEnumerable list => new JsonArray([.. list.Cast<object>().Select(Describe)]),
        _ => new JsonObject(MembersOf(value).Select(member => KeyValuePair.Create(member.Name, Describe(member.GetValue(value))))),
    };

    private static IEnumerable<PropertyInfo> MembersOf(object value) => value.GetType().GetProperties()
        .Where(member => member.IsDefined(typeof(IdAttribute)) || (value is Exception && member.Name == nameof(Exception.Message)));
}
