namespace Wingman.Schedules.Exploring;

/// <summary>
/// Runs every schedule of a small scenario, one after the other, each with a limited number of interruptions. Time passes
/// only when nothing else is ready.
/// </summary>
/// <param name="interruptions">How often running code is interrupted, at the most, in one schedule.</param>
internal sealed class Exhaustive(int interruptions) : Strategy
{
    private readonly List<(int Choice, int Count)> _path = [];
    private int _depth;
    private int _interruptions;

    /// <summary>Moves to the next schedule.</summary>
    /// <returns>False when all have been run.</returns>
    public bool MoveNext()
    {
        (_depth, _interruptions) = (0, 0);
        while (_path.Count > 0)
        {
            var (choice, count) = _path[^1];
            if (choice + 1 < count)
            {
                _path[^1] = (choice + 1, count);
                return true;
            }

            _path.RemoveAt(_path.Count - 1);
        }

        return false;
    }

    public override int Choose(int count)
    {
        if (_depth == _path.Count) _path.Add((0, count));
        return _path[_depth++].Choice;
    }

    public override int ChooseStep(IReadOnlyList<Step> ready) => Choose(ready.Count);

    public override bool Interrupts()
    {
        if (_interruptions == interruptions || Choose(2) == 0) return false;

        _interruptions++;
        return true;
    }

    public override bool LetsTimePass(TimeSpan time) => false;
}
