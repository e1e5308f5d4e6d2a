using Orleans.Runtime.Messaging;
using Wingman.Api.Tests.Host;
using Wingman.Sessions;

namespace Wingman.Api.Tests.Wire;

/// <summary>A failure behind the API is retried where that helps, and answered in one shape, without internal details.</summary>
public sealed class FailureTests : StubbedApi
{
    private const string Secret = "Host=db;Password=secret";

    private static readonly ConfirmCompletionResult Waiting = new(ConfirmOutcome.WaitingForBuddy, SessionStatus.Scheduled);

    public static TheoryData<Exception, int, string, bool> Lasting => new()
    {
        { Storage(StorageFailure.Failed), 500, "The database could not be read or written; retry the request to find out what was stored", false },
        { Storage(StorageFailure.Refused), 409, "The database refuses these values: something they refer to does not exist, or a constraint forbids them", false },
        { Storage(StorageFailure.Overloaded), 503, "The database is overloaded; nothing was done, try again in a moment", true },
        { Storage(StorageFailure.Conflict), 503, "Others keep changing the same row; nothing was done, try again in a moment", true },
        {
            Storage(StorageFailure.Unavailable), 503,
            "The database did not answer in time, or another transaction holds the row; the request may have been carried out, retry to find out", true
        },
        { Failure.Of(typeof(OrleansMessageRejectionException), Secret), 503, "No silo can be reached right now; nothing was done, try again in a moment", true },
        { new ConnectionFailedException(Secret), 503, "No silo can be reached right now; nothing was done, try again in a moment", true },
        { new GatewayTooBusyException(Secret), 503, "No silo can be reached right now; nothing was done, try again in a moment", true },
        { new SiloUnavailableException(Secret), 503, "No silo answered in time; the request may have been carried out, retry to find out", true },
        { new TimeoutException(Secret), 503, "No silo answered in time; the request may have been carried out, retry to find out", true },
        { new OperationCanceledException(Secret), 503, "No silo answered in time; the request may have been carried out, retry to find out", true },
        { new OrleansException(Secret), 503, "No silo answered in time; the request may have been carried out, retry to find out", true },
        { new InvalidOperationException(Secret), 500, "Internal server error", false },
        { new IOException(Secret), 500, "Internal server error", false },
    };

    [Theory]
    [MemberData(nameof(Lasting), DisableDiscoveryEnumeration = true)]
    public async Task Failure_ThatLasts_IsAnsweredInTheApisShape(Exception failure, int status, string detail, bool retryAfter)
    {
        Grains.Confirm = (_, _) => Task.FromException<ConfirmCompletionResult>(failure);

        var answer = await ConfirmAsync();

        AssertDetail(status, detail, answer);
        Assert.Equal(retryAfter ? TimeSpan.FromSeconds(1) : null, answer.Headers.RetryAfter?.Delta);
    }

    private static StorageException Storage(StorageFailure failure) => new(failure, Secret);

    public static TheoryData<Exception> Transient =>
    [
        Storage(StorageFailure.Conflict),
        Failure.Of(typeof(OrleansMessageRejectionException), "no gateway"),
        new SiloUnavailableException("died"),
        new TimeoutException("no answer"),
    ];

    [Theory]
    [MemberData(nameof(Transient), DisableDiscoveryEnumeration = true)]
    public async Task Failure_ThatPasses_IsNotSeenByTheCaller(Exception failure)
    {
        var attempts = 0;
        Grains.Confirm = (_, _) => ++attempts == 1 ? Task.FromException<ConfirmCompletionResult>(failure) : Task.FromResult(Waiting);

        Assert.Equal(200, (await ConfirmAsync()).Status);
        Assert.Equal(2, attempts);
    }

    public static TheoryData<Exception> WithoutEffect =>
    [
        new ConnectionFailedException("no gateway"),
        Storage(StorageFailure.Overloaded),
        Storage(StorageFailure.Conflict),
    ];

    /// <summary>Nothing was done by the last attempt, but an earlier one may have been carried out.</summary>
    [Theory]
    [MemberData(nameof(WithoutEffect), DisableDiscoveryEnumeration = true)]
    public async Task Failure_WithoutEffect_AfterAnAttemptWithoutAnswer_IsNotAnsweredThatNothingWasDone(Exception failure)
    {
        var attempts = 0;
        Grains.Confirm = (_, _) => Task.FromException<ConfirmCompletionResult>(++attempts == 1 ? new TimeoutException(Secret) : failure);

        var answer = await ConfirmAsync();

        AssertDetail(503, "No silo answered in time; the request may have been carried out, retry to find out", answer);
        Assert.True(attempts > 1, "The failure was not reached.");
    }

    [Fact]
    public async Task Failure_ThrownBeforeTheCallIsUnderWay_IsAnsweredTheSame()
    {
        Grains.Confirm = (_, _) => throw new ObjectDisposedException("client");

        Assert.Equal(503, (await ConfirmAsync()).Status);
    }

    private Task<Answer> ConfirmAsync() => PostAsync("/api/session/confirm-completion", $$"""{"session_id":"{{Guid.NewGuid()}}"}""");
}
