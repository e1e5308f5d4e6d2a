using Wingman.Grains.Tests.Cluster;
using Wingman.State;
using Wingman.Testing;

namespace Wingman.Grains.Tests.State;

/// <summary>Tests of a grain whose row is a note that other programs change.</summary>
public abstract class NoteTests
{
    private protected NoteTests()
    {
        (var context, Activation) = FakeGrainContext.Create(GrainId.Create("note", "1"));
        Grain = new(context, new OnDemandState<Note>("note", context, Row), Clock);
        Row.Change(First);
    }

    /// <summary>The note as the grain finds it.</summary>
    private protected static Note First { get; } = new("first");

    /// <summary>A note of another program.</summary>
    private protected static Note Foreign { get; } = new("foreign");

    private protected FakeRow Row { get; } = new();

    private protected TestClock Clock { get; } = new();

    private protected FakeGrainContext Activation { get; }

    private protected NoteGrain Grain { get; }
}
