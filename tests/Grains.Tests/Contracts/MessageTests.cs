using System.Text.Json.Nodes;

namespace Wingman.Grains.Tests.Contracts;

/// <summary>
/// During an upgrade hosts of two versions call each other, so this version must read what the version before wrote. Bytes of
/// every message are kept, and every kept sample must still be read with its original values.
/// </summary>
public sealed class MessageTests
{
    public static TheoryData<string> Names => [.. Contract.Messages.Select(Contract.NameOf)];

    public static TheoryData<string, string> Samples
    {
        get
        {
            var samples = new TheoryData<string, string>();
            foreach (var message in Contract.Messages)
            {
                foreach (var (file, _) in Sample.Of(message)) samples.Add(Contract.NameOf(message), file);
            }

            return samples;
        }
    }

    [Fact]
    public void EverySample_IsOfAMessage()
    {
        var names = Contract.Messages.Select(Contract.NameOf).ToHashSet();

        var orphans = Directory.GetFiles(Contract.Directory, "*.json").Select(static file => Path.GetFileName(file)!)
            .Where(file => !names.Contains(file.Split('.')[0])).ToList();

        Assert.True(orphans.Count == 0, $"Messages were removed, or their [Alias] was changed, while hosts of the version before still send them: {string.Join(", ", orphans)}. Bring the alias back; remove a message a version after its last use, together with its samples.");
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Sample_IsReadWithItsOriginalValues(string name, string file)
    {
        var (_, sample) = Sample.Of(TypeOf(name)).Single(one => one.File == file);

        object? read;
        try
        {
            read = Contract.Read(Convert.FromBase64String(sample.Bytes));
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"{file} can no longer be read: bring back the [Id]s and types of its members.", failure);
        }

        var lost = Differences(sample.Value, Contract.Describe(read), name).ToList();
        Assert.True(lost.Count == 0, $"{file} is read as something else. An [Id] was removed, reused or given to another member, or a member was renamed: bring it back, and give new members new [Id]s.\n{string.Join("\n", lost)}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Message_HasASampleOfToday(string name)
    {
        var message = TypeOf(name);
        var today = Sample.Today(message);
        var newest = Sample.Of(message) is [.., var (_, last)] ? last : null;
        if (Contract.Records && newest?.Bytes != today.Bytes) today.Record(message);
        else Assert.True(newest?.Bytes == today.Bytes, $"'{name}' has no sample of what is written today: it is new, or has a new member. {Contract.HowToRecord}\nIf nothing was added, an [Id], a type or the [Alias] was changed: change it back.");
    }

    private static Type TypeOf(string name) => Contract.Messages.Single(type => Contract.NameOf(type) == name);

    // The values of a sample must be read; members that were added later may have values too.
    private static IEnumerable<string> Differences(JsonNode? original, JsonNode? read, string path)
    {
        switch (original, read)
        {
            case (JsonObject before, JsonObject now):
                return before.SelectMany(member => now.TryGetPropertyValue(member.Key, out var value)
                    ? Differences(member.Value, value, $"{path}.{member.Key}")
                    : [$"{path}.{member.Key} is gone"]);
            case (JsonArray before, JsonArray now) when before.Count == now.Count:
                return before.Zip(now).SelectMany((pair, index) => Differences(pair.First, pair.Second, $"{path}[{index}]"));
            default:
                return JsonNode.DeepEquals(original, read) ? [] : [$"{path}: was {original?.ToJsonString() ?? "null"}, is read as {read?.ToJsonString() ?? "null"}"];
        }
    }
}
