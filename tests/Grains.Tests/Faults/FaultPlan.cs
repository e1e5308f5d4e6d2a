using System.Collections.Concurrent;

namespace Wingman.Grains.Tests.Faults;

/// <summary>
/// What happens just before or after a read, write or call of a grain, by the key of the session, user or match that it is
/// about: a failure, or an action of another program. Shared by all silos of a test.
/// </summary>
internal sealed class FaultPlan
{
    private readonly ConcurrentDictionary<(string Point, Guid Key), Func<Task>> _armed = new();
    private readonly ConcurrentDictionary<(string Point, Guid Key), int> _passed = new();

    /// <summary>Makes the point fail once.</summary>
    public void Arm(string point, Guid key) => Arm(point, key, () => throw new InjectedFaultException($"{point} of {key}"));

    /// <summary>Runs an action at the point once.</summary>
    public void Arm(string point, Guid key, Func<Task> action) => _armed[(point, key)] = action;

    /// <summary>Removes what was armed.</summary>
    /// <returns>Whether it had not happened yet.</returns>
    public bool Disarm(string point, Guid key) => _armed.TryRemove((point, key), out _);

    /// <summary>How often a grain passed the point.</summary>
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

    /// <summary>It was done, but its caller gets no reply.</summary>
    public static string After(string what) => $"after {what}";
}

/// <summary>The failure: of a type that callers do not know, as a driver's would be.</summary>
/// <param name="message">The point at which it is thrown.</param>
internal sealed class InjectedFaultException(string message) : Exception(message);
