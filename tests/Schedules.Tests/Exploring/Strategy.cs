namespace Wingman.Schedules.Exploring;

/// <summary>Makes the choices of a schedule.</summary>
internal abstract class Strategy
{
    /// <summary>A usual duration of a step.</summary>
    protected static readonly TimeSpan Short = TimeSpan.FromMilliseconds(5);

    /// <summary>Sometimes a machine pauses, but for less than this: otherwise any deadline could pass although nothing is wrong.</summary>
    protected static readonly TimeSpan Long = TimeSpan.FromMilliseconds(300);

    /// <summary>Chooses a value, from 0 up to one less than <paramref name="count"/>.</summary>
    public abstract int Choose(int count);

    /// <summary>Chooses what runs next, of at least two.</summary>
    public abstract int ChooseStep(IReadOnlyList<Step> ready);

    /// <summary>Whether running code is interrupted here.</summary>
    public abstract bool Interrupts();

    /// <summary>Whether this time, until the next timer is due, passes before the ready steps have run.</summary>
    public abstract bool LetsTimePass(TimeSpan time);

    /// <summary>The priority of a step that has become ready.</summary>
    public virtual double NewPriority() => 0;
}

/// <summary>Every choice is as likely as the others.</summary>
/// <param name="seed">Decides all choices.</param>
internal sealed class RandomWalk(int seed) : Strategy
{
    private readonly Random _random = new(seed);

    public override int Choose(int count) => _random.Next(count);

    public override int ChooseStep(IReadOnlyList<Step> ready) => _random.Next(ready.Count);

    public override bool Interrupts() => _random.Next(4) == 0;

    public override bool LetsTimePass(TimeSpan time) => time < Long && _random.Next(time < Short ? 8 : 400) == 0;
}

/// <summary>
/// Each ready step has a random priority, and the highest runs. So a step of low priority waits for as long as others run, which
/// hardly ever happens in a random walk. This finds the bugs that need a long delay in one place and none elsewhere.
/// </summary>
/// <param name="seed">Decides all choices.</param>
internal sealed class Priorities(int seed) : Strategy
{
    private readonly Random _random = new(seed);

    public override int Choose(int count) => _random.Next(count);

    public override int ChooseStep(IReadOnlyList<Step> ready)
    {
        var highest = Highest(ready);
        if (_random.Next(16) != 0) return highest;

        ready[highest].Priority = _random.NextDouble() - 1;
        return Highest(ready);
    }

    public override bool Interrupts() => _random.Next(8) == 0;

    public override bool LetsTimePass(TimeSpan time) => time < Long && _random.Next(time < Short ? 16 : 400) == 0;

    public override double NewPriority() => _random.NextDouble();

    private static int Highest(IReadOnlyList<Step> ready)
    {
        var highest = 0;
        for (var index = 1; index < ready.Count; index++)
        {
            if (ready[index].Priority > ready[highest].Priority) highest = index;
        }

        return highest;
    }
}
