using System.Collections.Concurrent;

namespace Wingman.Grains.Tests.Faults;

/// <summary>
/// Where a failure strikes: a moment before or after something that a grain asks of others, and the key of the session,
/// user or match it concerns. Shared by all silos of a test.
/// </summary>
internal sealed class FaultPlan
{
    private readonly ConcurrentDictionary<(string Point, Guid Key), bool> _armed = new();
    private readonly ConcurrentDictionary<(string Point, Guid Key), int> _passed = new();

    /// <summary>Lets the point fail once.</summary>
    public void Arm(string point, Guid key) => _armed[(point, key)] = true;

    /// <summary>Takes back what was armed.</summary>
    /// <returns>Whether it had not struck.</returns>
    public bool Disarm(string point, Guid key) => _armed.TryRemove((point, key), out _);

    /// <summary>How often a grain came by the point.</summary>
    public int Passed(string point, Guid key) => _passed.GetValueOrDefault((point, key));

    /// <summary>Called where grains come by.</summary>
    /// <exception cref="InjectedFaultException">The point was armed.</exception>
    public void Pass(string point, Guid key)
    {
        _passed.AddOrUpdate((point, key), 1, static (_, count) => count + 1);
        if (_armed.TryRemove((point, key), out _)) throw new InjectedFaultException($"{point} of {key}");
    }

    /// <summary>Runs something between its two points.</summary>
    public async Task<T> AroundAsync<T>(string what, Guid key, Func<Task<T>> action)
    {
        Pass(FaultPoint.Before(what), key);
        var result = await action();
        Pass(FaultPoint.After(what), key);
        return result;
    }

    /// <summary>Runs something between its two points.</summary>
    public Task AroundAsync(string what, Guid key, Func<Task> action) => AroundAsync(what, key, async () =>
    {
        await action();
        return true;
    });
}

/// <summary>The names of the points.</summary>
internal static class FaultPoint
{
    public const string Confirm = "the confirmation";
    public const string Telling = "telling the user's reputation";
    public const string Fold = "the fold";
    public const string ActiveLook = "the look for an active session";

    public static string Read(string stateName) => $"the {stateName}'s read";

    public static string Write(string stateName) => $"the {stateName}'s write";

    public static string Before(string what) => $"before {what}";

    /// <summary>It happened, and whoever asked for it is not told.</summary>
    public static string After(string what) => $"after {what}";
}

/// <summary>The failure: of a type that callers do not know, as a driver's would be.</summary>
/// <param name="message">Where it struck.</param>
internal sealed class InjectedFaultException(string message) : Exception(message);
