using Wingman.Webhooks;

namespace Wingman.Grains.Tests.Webhooks;

/// <summary>Which failures are taken for an outage of the receiver, and which make a dead letter of an event.</summary>
public sealed class DeliveryOutageTests : DeliveryTests
{
    [Fact]
    public void Fail_OfOneKeyAgainAndAgain_IsNoOutage()
    {
        var queue = Queue(0);
        for (var attempt = 0; attempt < 50; attempt++)
        {
            queue.Fail(queue.Take(Now)[0], Failure, Now, 0);
            Clock.Advance(Options.LongestRetry);
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
        Clock.Advance(TimeSpan.FromMinutes(1));
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
            Clock.Advance(TimeSpan.FromHours(1));
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
            Clock.Advance(TimeSpan.FromMinutes(5));
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
        var queue = new DeliveryQueue(Options);
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

            Clock.Advance(TimeSpan.FromSeconds(1));
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
                Clock.Advance(TimeSpan.FromMinutes(5));
            }

            queue.Accept(queue.Take(Now)[0], Now);
        }

        Assert.All(queue.Deliveries, delivery => Assert.InRange(delivery.Attempts, 0, Options.MaxAttempts - 1));
        Assert.Equal(4, queue.Take(Now).Count);
    }

    [Fact]
    public void Fail_WhileNothingIsAccepted_MakesNoDeadLetter()
    {
        var queue = Queue(0);

        for (var attempt = 0; attempt < 50; attempt++)
        {
            Assert.False(queue.Fail(queue.Take(Now)[0], Failure, Now, 0));
            Clock.Advance(Options.LongestRetry);
        }

        Assert.Equal([1], Ids(queue.Take(Now)));
    }

    [Fact]
    public void Fail_OftenEnoughWhileOthersAreAccepted_MakesADeadLetterThatKeepsItsPlaceUntilItIsRemoved()
    {
        var queue = Queue(0, 0, 1);
        var first = queue.Take(Now);
        queue.Fail(first[0], Failure, Now, 0);
        Clock.Advance(TimeSpan.FromSeconds(1));
        queue.Accept(first[1], Now);
        Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(queue.Fail(queue.Take(Now)[0], Failure, Now, 0));
        Clock.Advance(TimeSpan.FromMinutes(1));
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
        Clock.Advance(TimeSpan.FromSeconds(1));
        queue.Accept(taken[2], Now);
        for (var isDead = false; !isDead;)
        {
            Clock.Advance(TimeSpan.FromMinutes(1));
            foreach (var delivery in queue.Take(Now).Where(delivery => delivery != dead)) queue.Release(delivery);
            isDead = queue.Fail(dead, Failure, Now, 0);
        }

        queue.Drop(dead);

        Assert.Equal(hasAnother, queue.FailingSince is not null);
    }

    private void FailAll(DeliveryQueue queue)
    {
        foreach (var delivery in queue.Take(Now)) queue.Fail(delivery, Failure, Now, 0);
    }
}
