namespace Wingman.SystemTests.TakeOver;

/// <summary>The routes that a proxy in front of both can send to one or the other. Both confirmations are switched in one step.</summary>
internal enum Route
{
    Reputation,
    Read,
    Notes,
    Create,
    Confirm,
}

/// <summary>Where each route goes right now. Calls under way end where they began.</summary>
internal sealed class RouteSwitch
{
    private readonly bool[] _isOurs = new bool[Enum.GetValues<Route>().Length];

    public bool IsOurs(Route route) => Volatile.Read(ref _isOurs[(int)route]);

    public void Set(Route route, bool isOurs) => Volatile.Write(ref _isOurs[(int)route], isOurs);

    public void SetAll(bool isOurs)
    {
        foreach (var route in Enum.GetValues<Route>()) Set(route, isOurs);
    }
}
