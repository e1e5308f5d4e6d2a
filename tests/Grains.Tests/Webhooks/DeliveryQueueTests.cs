using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Wingman.Events;
using Wingman.Webhooks;

namespace Wingman.Grains.Tests.Webhooks;

/// <summary>What is sent next, on a clock that stands still until it is moved.</summary>
public sealed class DeliveryQueueTests
{
    private static readonly WebhookAnswer Failure = new("answered 500");
    private static readonly Guid[] Keys = [.. Enumerable.Range(1, 20).Select(static n => new Guid(n, 0, 0, new byte[8]))];

    private readonly FakeTimeProvider _clock = new();
    private readonly WebhookOptions _options = new() { Parallelism = 4, MaxAttempts = 3 };

    private DateTimeOffset Now => _clock.GetUtcNow();

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
        _clock.Advance(_options.FirstRetry);
        Assert.Equal([1], Ids(queue.Take(Now)));
    }

    [Fact]
    public void Fail_WaitsLongerEachTime_AndAsLongAsTheReceiverAsks()
    {
        var queue = Queue(0);
        queue.Fail(queue.Take(Now)[0], Failure, Now, 0);
        _clock.Advance(_options.FirstRetry);
        queue.Fail(queue.Take(Now)[0], Failure with { RetryAfter = TimeSpan.FromMinutes(2) }, Now, 0);

        _clock.Advance(TimeSpan.FromMinutes(2) - TimeSpan.FromSeconds(1));
        Assert.Empty(queue.Take(Now));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Single(queue.Take(Now));
    }

    [Fact]
    public void Fail_OfOneKeyAgainAndAgain_IsNoOutage()
    {
        var queue = Queue(0);
        for (var attempt = 0; attempt < 50; attempt++)
        {
            queue.Fail(queue.Take(Now)[0], Failure, Now, 0);
            _clock.Advance(_options.LongestRetry);
        }

        queue.Add(DeliveryOf(2, 1));

        Assert.False(queue.IsOutage);
        Assert.Equal([2, 1], Ids(queue.Take(Now)));
    }

    [Fact]
    public void Fail_OfSeveralKeysInARow_PausesTheReceiverAndTriesOneAtATime()
    {
        var queue = Queue([.. Enumerable.Range(0, 12)]);
        FailAll(queue);
        FailAll(queue);

        Assert.True(queue.IsOutage);
        Assert.Empty(queue.Take(Now));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Single(queue.Take(Now));
        Assert.Empty(queue.Take(Now));
    }

    [Fact]
    public void Take_InAnOutage_TriesWhatWasNotTriedYetFirst()
    {
        var queue = Queue(0, 1, 2, 3, 4);
        for (var i = 0; i < 3; i++)
        {
            FailAll(queue);
            _clock.Advance(TimeSpan.FromHours(1));
        }

        Assert.True(queue.IsOutage);
        queue.Add(DeliveryOf(9, 5));

        Assert.Equal([9], Ids(queue.Take(Now)));
    }

    [Fact]
    public void Accept_AfterAnOutage_MakesAllDueAtOnceWithAllTheirAttempts()
    {
        var queue = Queue([.. Enumerable.Range(0, 12)]);
        for (var i = 0; i < 40; i++)
        {
            FailAll(queue);
            _clock.Advance(TimeSpan.FromMinutes(5));
        }

        queue.Accept(queue.Take(Now)[0], Now);

        Assert.Equal(4, queue.Take(Now).Count);
        Assert.All(queue.Deliveries, static delivery => Assert.Equal(0, delivery.Attempts));
        Assert.Null(queue.FailingSince);
    }

    // While several events are refused every time, an event that is accepted in between ends what looks like an outage.
    [Fact]
    public void EventsThatAreAlwaysRefused_BecomeDeadLetters_AndHoldUpNoOther()
    {
        var queue = new DeliveryQueue(_options);
        for (var key = 0; key < 10; key++) queue.Add(DeliveryOf(key + 1, key));
        var (dead, added, accepted) = (0, 0, 0);
        for (var second = 0; second < 4 * 3600; second++)
        {
            if (second % 10 == 0) queue.Add(DeliveryOf(100 + ++added, 10 + (added % 10)));
            for (var rounds = 0; rounds < 50 && queue.Take(Now) is { Count: > 0 } taken; rounds++)
            {
                foreach (var delivery in taken)
                {
                    if (delivery.Message.Position.Id >= 100)
                    {
                        queue.Accept(delivery, Now);
                        accepted++;
                    }
                    else if (queue.Fail(delivery, Failure, Now, 0))
                    {
                        queue.Drop(delivery);
                        dead++;
                    }
                }
            }

            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(10, dead);
        Assert.InRange(accepted, added - 1, added);
    }

    [Fact]
    public void Accept_AfterASecondOutage_MakesAllDueAtOnceWithOneOfTheirAttempts()
    {
        var queue = Queue([.. Enumerable.Range(0, 12)]);
        for (var outage = 0; outage < 2; outage++)
        {
            for (var i = 0; i < 40; i++)
            {
                FailAll(queue);
                _clock.Advance(TimeSpan.FromMinutes(5));
            }

            queue.Accept(queue.Take(Now)[0], Now);
        }

        Assert.All(queue.Deliveries, delivery => Assert.InRange(delivery.Attempts, 0, _options.MaxAttempts - 1));
        Assert.Equal(4, queue.Take(Now).Count);
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
    public void Fail_WhileNothingIsAccepted_MakesNoDeadLetter()
    {
        var queue = Queue(0);

        for (var attempt = 0; attempt < 50; attempt++)
        {
            Assert.False(queue.Fail(queue.Take(Now)[0], Failure, Now, 0));
            _clock.Advance(_options.LongestRetry);
        }

        Assert.Equal([1], Ids(queue.Take(Now)));
    }

    [Fact]
    public void Fail_OftenEnoughWhileOthersAreAccepted_MakesADeadLetterThatKeepsItsPlaceUntilItIsRemoved()
    {
        var queue = Queue(0, 0, 1);
        var first = queue.Take(Now);
        queue.Fail(first[0], Failure, Now, 0);
        _clock.Advance(TimeSpan.FromSeconds(1));
        queue.Accept(first[1], Now);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(queue.Fail(queue.Take(Now)[0], Failure, Now, 0));
        _clock.Advance(TimeSpan.FromMinutes(1));
        var last = queue.Take(Now)[0];

        Assert.True(queue.Fail(last, Failure, Now, 0));
        Assert.Empty(queue.Take(Now));
        queue.Drop(last);

        Assert.Equal([2], Ids(queue.Take(Now)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Drop_EndsTheFailing_UnlessAnotherEventHasFailed(bool hasAnother)
    {
        var queue = Queue(0, 1, 2);
        var taken = queue.Take(Now);
        var dead = taken[0];
        queue.Fail(dead, Failure, Now, 0);
        if (hasAnother) queue.Fail(taken[1], Failure, Now, 0);
        else queue.Accept(taken[1], Now);
        _clock.Advance(TimeSpan.FromSeconds(1));
        queue.Accept(taken[2], Now);
        for (var isDead = false; !isDead;)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            foreach (var delivery in queue.Take(Now).Where(delivery => delivery != dead)) queue.Release(delivery);
            isDead = queue.Fail(dead, Failure, Now, 0);
        }

        queue.Drop(dead);

        Assert.Equal(hasAnother, queue.FailingSince is not null);
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
        _clock.Advance(TimeSpan.FromSeconds(30));
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
        _clock.Advance(_options.FirstRetry);
        Assert.Equal([1, 2], Ids(queue.Take(Now)));
    }

    [Fact]
    public void Add_PutsWhatIsReplayedWhereItBelongs_AndNothingTwice()
    {
        var queue = new DeliveryQueue(_options);

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

    private DeliveryQueue Queue(params int[] keys)
    {
        var queue = new DeliveryQueue(_options);
        for (var index = 0; index < keys.Length; index++) queue.Add(DeliveryOf(index + 1, keys[index]));
        return queue;
    }

    private void FailAll(DeliveryQueue queue)
    {
        foreach (var delivery in queue.Take(Now)) queue.Fail(delivery, Failure, Now, 0);
    }

    private static Delivery DeliveryOf(int id, int key) => new(new(new(1, 7, id), $"evt_1_7_{id}", "session.completed", Keys[key], []));

    private static long[] Ids(IEnumerable<Delivery> deliveries) => [.. deliveries.Select(static delivery => delivery.Message.Position.Id)];
}
