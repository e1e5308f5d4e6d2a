using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Wingman.Webhooks;

namespace Wingman.Grains.Tests.Webhooks;

/// <summary>What is sent next, and in which order.</summary>
public sealed class DeliveryQueueTests : DeliveryTests
{
    [Fact]
    public void Take_GivesOnlyTheFirstOfEachKey_AndNoMoreThanMayBeInFlight()
    {
        var queue = Queue(0, 0, 1, 0, 2, 3, 4, 5);

        Assert.Equal([1, 3, 5, 6], Ids(queue.Take(Now)));
        Assert.Empty(queue.Take(Now));
    }

    [Fact]
    public void Fail_HoldsUpOnlyThoseBehindItOfItsKey()
    {
        var queue = Queue(0, 0, 1, 1, 1);
        var taken = queue.Take(Now);
        Assert.False(queue.Fail(taken[0], Failure, Now, 0));
        queue.Accept(taken[1], Now);

        Assert.Equal([4], Ids(queue.Take(Now)));
        Clock.Advance(Options.FirstRetry);
        Assert.Equal([1], Ids(queue.Take(Now)));
    }

    [Fact]
    public void Fail_WaitsLongerEachTime_AndAsLongAsTheReceiverAsks()
    {
        var queue = Queue(0);
        queue.Fail(queue.Take(Now)[0], Failure, Now, 0);
        Clock.Advance(Options.FirstRetry);
        queue.Fail(queue.Take(Now)[0], Failure with { RetryAfter = TimeSpan.FromMinutes(2) }, Now, 0);

        Clock.Advance(TimeSpan.FromMinutes(2) - TimeSpan.FromSeconds(1));
        Assert.Empty(queue.Take(Now));
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Single(queue.Take(Now));
    }

    [Fact]
    public void Take_WithAReplayedEventBeforeOneInFlight_WaitsForThatOne()
    {
        var queue = Queue(0);
        var inFlight = queue.Take(Now)[0];
        queue.Add(DeliveryOf(0, 0));

        Assert.Empty(queue.Take(Now));
        queue.Accept(inFlight, Now);

        Assert.Equal([0], Ids(queue.Take(Now)));
    }

    [Fact]
    public void Fail_WhenOverloaded_PausesTheReceiverForAsLongAsItAsks()
    {
        var queue = Queue(0, 1, 2);
        var taken = queue.Take(Now);
        queue.Fail(taken[0], Failure with { IsOverloaded = true, RetryAfter = TimeSpan.FromSeconds(30) }, Now, 0);
        queue.Release(taken[1]);
        queue.Release(taken[2]);

        Assert.Empty(queue.Take(Now));
        Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(3, queue.Take(Now).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Postpone_RetriesSoon_AndTakesNothingElseBeforeIfItIsForAll(bool isForAll)
    {
        var queue = Queue(0, 1);
        var taken = queue.Take(Now);
        queue.Release(taken[1]);

        queue.Postpone(taken[0], Now, isForAll);

        var other = queue.Take(Now);
        Assert.Equal(isForAll ? 0 : 1, other.Count);
        foreach (var delivery in other) queue.Release(delivery);
        Clock.Advance(Options.FirstRetry);
        Assert.Equal([1, 2], Ids(queue.Take(Now)));
    }

    [Fact]
    public void Add_PutsWhatIsReplayedWhereItBelongs_AndNothingTwice()
    {
        var queue = new DeliveryQueue(Options);

        foreach (var id in new[] { 5, 2, 9, 2, 5 }) queue.Add(DeliveryOf(id, 0));

        Assert.Equal([2, 5, 9], Ids(queue.Deliveries));
    }

    [Fact]
    public void Delivery_StoredAndRestored_IsTheSame()
    {
        var queue = Queue(0);
        queue.Fail(queue.Take(Now)[0], Failure, Now, 0);
        var stored = queue.Deliveries[0].ToWaiting();

        var restored = Delivery.Of(queue.Deliveries[0].Message, 0, stored);

        Assert.Equal(stored, restored.ToWaiting());
        Assert.Equal((1, "answered 500"), (restored.Attempts, restored.LastFailure));
    }

    // Whatever fails at any time, all events of each key are accepted in order, each once.
    [Fact]
    public void AnyOutcomes_KeepTheOrderOfEachKey() => Gen.Select(Gen.Int[0, 7].Array[1, 60], Gen.Int[0, 1_000_000]).Sample((keys, seed) =>
    {
        var chance = new Random(seed);
        var clock = new FakeTimeProvider();
        var queue = new DeliveryQueue(new() { Parallelism = 4, MaxAttempts = 100 });
        List<Delivery> inFlight = [];
        List<WebhookMessage> accepted = [];
        var added = 0;
        for (var step = 0; accepted.Count < keys.Length; step++)
        {
            if (step > 20_000) return false;
            for (var n = chance.Next(4); n > 0 && added < keys.Length; n--) queue.Add(DeliveryOf(added + 1, keys[added++]));
            inFlight.AddRange(queue.Take(clock.GetUtcNow()));
            if (inFlight.Count > 4 || inFlight.GroupBy(static d => d.Message.Key).Any(static group => group.Count() > 1)) return false;
            if (inFlight.Count > 0)
            {
                var settled = inFlight[chance.Next(inFlight.Count)];
                inFlight.Remove(settled);
                // Fails half of the time, and all the time for a while.
                if (step % 200 < 60 || chance.Next(2) == 0)
                {
                    if (queue.Fail(settled, Failure, clock.GetUtcNow(), chance.NextDouble())) queue.Postpone(settled, clock.GetUtcNow());
                }
                else
                {
                    queue.Accept(settled, clock.GetUtcNow());
                    accepted.Add(settled.Message);
                }
            }

            clock.Advance(TimeSpan.FromSeconds(chance.Next(400)));
        }

        return queue.Deliveries.Count == 0
            && accepted.GroupBy(static message => message.Key).All(static group => group.Select(static m => m.Position.Id).SequenceEqual(group.Select(static m => m.Position.Id).Order()));
    }, iter: 300);
}
