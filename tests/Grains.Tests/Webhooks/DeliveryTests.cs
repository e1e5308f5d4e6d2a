using Microsoft.Extensions.Time.Testing;
using Wingman.Webhooks;

namespace Wingman.Grains.Tests.Webhooks;

/// <summary>Tests of a queue of deliveries, on a clock that stands still until it is moved.</summary>
public abstract class DeliveryTests
{
    private static readonly Guid[] Keys = [.. Enumerable.Range(1, 20).Select(static n => new Guid(n, 0, 0, new byte[8]))];

    private protected static WebhookAnswer Failure { get; } = new("answered 500");

    private protected FakeTimeProvider Clock { get; } = new();

    private protected WebhookOptions Options { get; } = new() { Parallelism = 4, MaxAttempts = 3 };

    private protected DateTimeOffset Now => Clock.GetUtcNow();

    /// <summary>A queue of one delivery for each of the keys; the first one's id is 1.</summary>
    private protected DeliveryQueue Queue(params int[] keys)
    {
        var queue = new DeliveryQueue(Options);
        for (var index = 0; index < keys.Length; index++) queue.Add(DeliveryOf(index + 1, keys[index]));
        return queue;
    }

    private protected static Delivery DeliveryOf(int id, int key) => new(new(new(1, 7, id), $"evt_1_7_{id}", "session.completed", Keys[key], []));

    private protected static long[] Ids(IEnumerable<Delivery> deliveries) => [.. deliveries.Select(static delivery => delivery.Message.Position.Id)];
}
