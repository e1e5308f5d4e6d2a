using System.Collections.Concurrent;

namespace Wingman.Grains.Tests.Faults;

/// <summary>
/// What happens at a moment before or after something that a grain asks of others, and the key of the session, user or match
/// that it concerns: a failure, or an action of someone else. Shared by all silos of a test.
/// </summary>
internal sealed class FaultPlan
{
    private readonly ConcurrentDictionary<(string Point, Guid Key), Func<Task>> _armed = new();
    private readonly ConcurrentDictionary<(string Point, Guid Key), int> _passed = new();

    /// <summary>Lets the point fail once.</summary>
    public void Arm(string point, Guid key) => Arm(point, key, () => throw new InjectedFaultException($"{point} of {key}"));

    /// <summary>Lets something happen at the point once.</summary>
    public void Arm(string point, Guid key, Func<Task> action) => _armed[(point, key)] = action;

    /// <summary>Takes back what was armed.</summary>
    /// <returns>Whether it had not happened.</returns>
    public bool Disarm(string point, Guid key) => _armed.TryRemove((point, key), out _);

    /// <summary>How often a grain came by the point.</summary>
    public int Passed(string point, Guid key) => _passed.GetValueOrDefault((point, key));

    /// <summary>Runs something between its two points.</summary>
    public async Task<T> AroundAsync<T>(string what, Guid key, Func<Task<T>> action)
    {
        await PassAsync(FaultPoint.Before(what), key);
        var result = await action();
        await PassAsync(FaultPoint.After(what), key);
        return result;
    }

    /// <summary>Runs something between its two points.</summary>
    public Task AroundAsync(string what, Guid key, Func<Task> action) => AroundAsync(what, key, async () =>
    {
        await action();
        return true;
    });

    private async Task PassAsync(string point, Guid key)
    {
        _passed.AddOrUpdate((point, key), 1, static (_, count) => count + 1);
        if (_armed.TryRemove((point, key), out var action)) await action();
    }
}

/// <summary>The names of the points.</summary>
internal static class FaultPoint
{
    public const string Confirm = "the confirmation";
    public const string Notify = "notifying the user's reputation";
    public const string Count = "the count";
    public const string Append = "appending to the log";

    public static string Read(string stateName) => $"the {stateName}'s read";

    public static string Write(string stateName) => $"the {stateName}'s write";

    public static string Before(string what) => $"before {what}";

    /// <summary>It happened, and whoever asked for it is not told.</summary>
    public static string After(string what) => $"after {what}";
}

/// <summary>The failure: of a type that callers do not know, as a driver's would be.</summary>
/// <param name="message">Where it struck.</param>
internal sealed class InjectedFaultException(string message) : Exception(message);
