using Wingman.Silo.Storage.Batching;

namespace Wingman.Storage.Tests.Batching;

public sealed class WriteRequestTests
{
    /// <summary>An overload says that nothing was done, which is not certain after an attempt whose outcome is unknown.</summary>
    [Theory]
    [InlineData(StorageFailure.Overloaded, false, StorageFailure.Overloaded)]
    [InlineData(StorageFailure.Overloaded, true, StorageFailure.Unavailable)]
    [InlineData(StorageFailure.Refused, true, StorageFailure.Refused)]
    [InlineData(StorageFailure.Failed, true, StorageFailure.Failed)]
    [InlineData(StorageFailure.Unavailable, true, StorageFailure.Unavailable)]
    public void Overload_AfterAnUnknownOutcome_DoesNotSayThatNothingWasDone(StorageFailure failure, bool hasUnknownOutcome, StorageFailure expected)
    {
        var request = new Request { HasUnknownOutcome = hasUnknownOutcome };

        request.Fail(failure, "for a reason");

        Assert.Equal(expected, Assert.IsType<StorageException>(request.Task.Exception!.InnerException).Failure);
    }

    private sealed class Request() : WriteRequest(null, TimeSpan.FromSeconds(4))
    {
        public override string Subject => "A write";
    }
}
