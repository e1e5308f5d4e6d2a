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

/// <summary>Which side each route leads to at the moment. Calls under way end on the side on which they began.</summary>
internal sealed class RouteSwitch
{
    private const int Old = 0;
    private const int Ours = 1;
    private const int Either = 2;

    private readonly int[] _sides = new int[Enum.GetValues<Route>().Length];

    /// <summary>Whether the next call goes to Wingman.</summary>
    public bool IsOurs(Route route) => Volatile.Read(ref _sides[(int)route]) switch { Ours => true, Either => Random.Shared.Next(2) == 0, _ => false };

    public void Set(Route route, bool isOurs) => Volatile.Write(ref _sides[(int)route], isOurs ? Ours : Old);

    /// <summary>Each call goes to either side, as while only some of several proxies have the new rules.</summary>
    public void SetEither(Route route) => Volatile.Write(ref _sides[(int)route], Either);

    public void SetAll(bool isOurs)
    {
        foreach (var route in Enum.GetValues<Route>()) Set(route, isOurs);
    }
}
