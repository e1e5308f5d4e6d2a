using Wingman.Testing.History;

namespace Wingman.Chaos.Load;

/// <summary>The users of a run: few enough that their sessions overlap.</summary>
internal sealed class Population
{
    public Population(int seed, int size)
    {
        var random = new Random(seed);
        Users = [.. Enumerable.Range(0, size).Select(_ => NewId(random))];
    }

    public IReadOnlyList<Guid> Users { get; }

    public static Guid NewId(Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }

    public Pair NewPair(Random random)
    {
        var first = random.Next(Users.Count);
        var second = (first + random.Next(1, Users.Count)) % Users.Count;
        return new Pair(NewId(random), Users[first], Users[second]);
    }
}
