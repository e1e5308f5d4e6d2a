using System.Reflection;
using System.Text.Json;
using Wingman.Events;
using Wingman.Reputation;
using Wingman.Silo.Storage.Rows;

namespace Wingman.Grains.Tests.Contracts;

/// <summary>Names that another version of Wingman, or a reader of the log, relies on: new ones may be added, but none may change.</summary>
public sealed class ListedNamesTests
{
    [Fact]
    public void MethodsOfGrains_AreThoseListed_AndNewOnesAreListed() => Check("methods.txt", typeof(SessionId).Assembly.GetTypes()
        .Where(static type => type.IsInterface && type.IsAssignableTo(typeof(IGrain)))
        .SelectMany(static type => type.GetMethods().Select(method => $"{Contract.NameOf(type)}.{NameOf(method)}({string.Join(", ", method.GetParameters().Where(static parameter => parameter.ParameterType != typeof(CancellationToken)).Select(static parameter => Contract.NameOf(parameter.ParameterType)))}) {Contract.NameOf(method.ReturnType)}")));

    [Fact]
    public void KindsOfTheLog_AreThoseListed_AndNewOnesAreListed() =>
        Check("log-kinds.txt", Enum.GetValues<EventKind>().Where(static kind => kind != EventKind.None).Select(static kind => $"{(int)kind} {StoredNames.Of(kind)}"));

    [Fact]
    public void StoredReputation_IsReadAsItWasWritten()
    {
        var read = JsonSerializer.Deserialize<ReputationState>("""{"Completed":3,"NoShows":2}""");

        Assert.Equal(new ReputationState { Completed = 3, NoShows = 2 }, read);
    }

    private static void Check(string file, IEnumerable<string> today)
    {
        var path = Path.Combine(Contract.Directory, file);
        var now = today.Order(StringComparer.Ordinal).ToList();
        var listed = File.Exists(path) ? File.ReadAllLines(path) : [];
        var gone = listed.Except(now).ToList();
        Assert.True(gone.Count == 0, $"{file} lists what is no longer there, and hosts of the version before still use it:\n{string.Join("\n", gone)}\nBring it back. It may go a version after its last use, with its line in the list.");
        if (Contract.Records) File.WriteAllLines(path, now);
        else Assert.True(listed.SequenceEqual(now), $"{file} does not list:\n{string.Join("\n", now.Except(listed))}\n{Contract.HowToRecord}");
    }

    private static string NameOf(MethodInfo method) => method.GetCustomAttribute<AliasAttribute>()?.Alias ?? method.Name;
}
